import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // most tests wait for programs that they started, and for the disk: on two processors a third worker uses what they leave
    maxWorkers: 3,
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
