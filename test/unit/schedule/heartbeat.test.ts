import { expect, test } from "vitest";
import { startHeartbeat } from "../../../src/schedule/heartbeat.ts";

test("beats with the given time, survives a tick that fails, and stops", async () => {
  const beats: Date[] = [];
  const errors: unknown[] = [];
  const now = new Date("2026-11-23T08:00:00Z");
  const failure = new Error("tick");
  const second = Promise.withResolvers<void>();
  const heartbeat = startHeartbeat({
    async tick(time) {
      beats.push(time);
      if (beats.length === 2) second.resolve();
      throw failure;
    },
    now: () => now,
    onError: (error) => errors.push(error),
  });
  await second.promise;
  await heartbeat.stop();
  expect(beats).toEqual([now, now]);
  expect(errors).toContain(failure);
});
