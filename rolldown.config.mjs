// `npm run build`: bundles the programs into dist/. Loading hundreds of small modules took half the time of a start.
import { globSync } from "node:fs";
import { defineConfig } from "rolldown";

const programs = ["src/cli/main.ts", "src/tui/run-tui.tsx", ...globSync("servers/*/{main,seed}.ts")];

export default defineConfig({
  input: Object.fromEntries(programs.map((file) => [file.replace(/\.tsx?$/, ""), file])),
  platform: "node",
  // found beside their own files at run time: WebAssembly, and what Ink loads only while it is being debugged
  external: [/^@cedar-policy\//, "react-devtools-core"],
  output: {
    dir: "dist",
    cleanDir: true,
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
  },
});
