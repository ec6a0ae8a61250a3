import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Vitest leaves one processor free, which on two of them is half; most tests wait for programs that they started
    maxWorkers: "100%",
    // programs that tests start from their sources have them stripped of types and compiled once, not each time
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/node", import.meta.url)) },
    projects: [
      {
        extends: true,
        // they share nothing but modules, which to load anew for each file would take as long as the tests themselves
        test: { name: "unit", include: ["test/{unit,contract,fuzz}/**/*.test.{ts,tsx}"], isolate: false },
      },
      { extends: true, test: { name: "e2e", include: ["test/e2e/**/*.test.ts"] } },
    ],
  },
});
