import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Vitest leaves one processor free, which on two of them is half; most tests wait for programs that they started
    maxWorkers: "100%",
  },
});
