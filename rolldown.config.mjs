// `npm run build`: bundles the programs into dist/. Loading hundreds of small modules took half the time of a start.
import { globSync } from "node:fs";
import { defineConfig } from "rolldown";

const shared = {
  platform: "node",
  // found beside their own files at run time: WebAssembly, and what Ink loads only while it is being debugged
  external: [/^@cedar-policy\//, "react-devtools-core"],
};

const output = {
  dir: "dist",
  entryFileNames: "[name].js",
  // names stay, for who reads a trace
  minify: { compress: true, mangle: false, codegen: true },
};

/** In parts, of which a command loads those that it needs. */
const commandLine = {
  ...shared,
  input: named(["src/cli/main.ts", "src/cli/command-line.ts", "src/tui/run-tui.tsx"]),
  // the first that is built, one after the other, so what earlier builds left goes
  output: { ...output, cleanDir: true, chunkFileNames: "chunks/[name]-[hash].js" },
};

/** In one file each: a server needs nearly all of it, and then starts an eighth sooner. */
const servers = globSync("servers/*/{main,seed}.ts").map((file) => ({
  ...shared,
  input: named([file]),
  output: { ...output, codeSplitting: false },
}));

function named(files) {
  return Object.fromEntries(files.map((file) => [file.replace(/\.tsx?$/, ""), file]));
}

export default defineConfig([commandLine, ...servers]);
