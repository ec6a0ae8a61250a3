import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RingmainError } from "../core/errors.ts";

/**
 * The folder of the workspace: the one named, else RINGMAIN_WORKSPACE, else the nearest folder upward from
 * `from` that has a ringmain.yaml. Throws NOT_FOUND.
 */
export function findWorkspace(options: {
  named?: string | undefined;
  environment?: NodeJS.ProcessEnv;
  from?: string;
}): string {
  const { named, environment = process.env, from = process.cwd() } = options;
  // a client's settings may hand on an empty variable, which names nothing
  const given = named ?? (environment.RINGMAIN_WORKSPACE || undefined);
  if (given !== undefined) {
    const dir = resolve(from, given);
    if (existsSync(join(dir, "ringmain.yaml"))) return dir;
    throw new RingmainError("NOT_FOUND", `There is no ringmain.yaml in ${dir}.`, {
      hint: `Make a workspace there with: ringmain init ${given}`,
    });
  }
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    if (existsSync(join(dir, "ringmain.yaml"))) return dir;
    if (dirname(dir) === dir) break;
  }
  throw new RingmainError("NOT_FOUND", "There is no ringmain.yaml in this folder or any above it.", {
    hint: "Make a workspace with `ringmain init`, or name one with --workspace DIR or RINGMAIN_WORKSPACE.",
  });
}
