import { expect, it } from "vitest";
import { entryStats } from "../../../src/audit/stats.ts";
import { statsLines } from "../../../src/cli/audit/show-stats.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

async function variedTrail() {
  const trail = await temporaryTrail();
  const calls = Array.from({ length: 20 }, (_, index) => ({ duration_us: (index + 1) * 100 }));
  await trail.append(
    { kind: "run", principal: "user:maria", tool: "ringmain.start_run", duration_us: 0 },
    ...calls,
    { principal: "agent:other", outcome: "denied", error: "POLICY_DENIED", duration_us: 7 },
    {
      principal: "agent:other",
      outcome: "failed",
      error: "INTERNAL",
      duration_us: 9,
      time: "2026-11-03T00:00:00.000Z",
    },
    { principal: "agent:other", outcome: "replayed", duration_us: 11, time: "2026-11-03T01:00:00.000Z" },
  );
  return trail;
}

const none = { done: 0, replayed: 0, denied: 0, failed: 0, unknown: 0 };

it("counts entries by principal, tool, outcome and day, and how long calls took", async () => {
  using trail = await variedTrail();
  const { all, first, last, by } = entryStats(trail.database, {});
  expect([first, last]).toEqual(["2026-11-02T08:00:00.000Z", "2026-11-03T01:00:00.000Z"]);
  expect(all).toMatchObject({
    entries: 24,
    outcomes: { done: 21, replayed: 1, denied: 1, failed: 1, unknown: 0 },
  });
  expect(by.principal).toEqual([
    { name: "agent:writer", entries: 20, outcomes: { ...none, done: 20 }, medianUs: 1000, p95Us: 1900 },
    {
      name: "agent:other",
      entries: 3,
      outcomes: { ...none, replayed: 1, denied: 1, failed: 1 },
      medianUs: 9,
      p95Us: 11,
    },
    // the start of a run is no call, so it took no time
    { name: "user:maria", entries: 1, outcomes: { ...none, done: 1 } },
  ]);
  expect(by.tool?.map(({ name, entries }) => [name, entries])).toEqual([
    ["notes.add_note", 23],
    ["ringmain.start_run", 1],
  ]);
  expect(by.outcome?.map(({ name, entries }) => [name, entries])).toEqual([
    ["done", 21],
    ["denied", 1],
    ["failed", 1],
    ["replayed", 1],
  ]);
  expect(by.day?.map(({ name, entries }) => [name, entries])).toEqual([
    ["2026-11-02", 22],
    ["2026-11-03", 2],
  ]);
});

it("counts what a filter lets through, by what is asked for alone", async () => {
  using trail = await variedTrail();
  const { all, by } = entryStats(trail.database, { since: "2026-11-03T00:00:00Z" }, ["day"]);
  expect(all.entries).toBe(2);
  expect(Object.keys(by)).toEqual(["day"]);
  expect(entryStats(trail.database, { principal: "agent:nobody" })).toEqual({
    all: { entries: 0, outcomes: none },
    by: { principal: [], tool: [], outcome: [], day: [] },
  });
});

it("is shown in 80 columns", async () => {
  using trail = await variedTrail();
  const lines = statsLines(entryStats(trail.database, {}, ["principal"])).map(({ text }) => text);
  expect(lines).toEqual([
    "2026-11-02 08:00:00 UTC to 2026-11-03 01:00:00 UTC",
    "             entries    done   again  denied  failed  median     p95",
    "all entries       24      21       1       1       1  900 µs  1.9 ms",
    "",
    "by principal",
    "agent:writer      20      20       0       0       0  1.0 ms  1.9 ms",
    "agent:other        3       0       1       1       1    9 µs   11 µs",
    "user:maria         1       1       0       0       0",
  ]);
});
