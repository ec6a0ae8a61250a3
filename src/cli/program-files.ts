import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";

/** The folder of the program as it is installed. Bundled files say nothing about where their sources lay. */
export const packageDir: string = dirname(findPackageJSON("..", import.meta.url) ?? import.meta.filename);

const distDir = join(packageDir, "dist");

/** The command line's own program file. */
export const mainFile: string = join(distDir, "src/cli/main.js");

/** The program file of one of Ringmain's own servers. */
export function builtinServer(name: string, program: "main" | "seed" = "main"): string {
  return join(distDir, "servers", name, `${program}.js`);
}

/**
 * Where Node keeps the code that it has compiled, for this program and for its servers: a tenth less to do at every
 * start. It lies beside the program, so that nobody can write it who could not change the program itself.
 */
export const compileCacheDir: string = join(distDir, ".cache");
