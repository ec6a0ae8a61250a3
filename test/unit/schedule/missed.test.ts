import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDueRule } from "../../../src/schedule/due-times.ts";
import { selectDue } from "../../../src/schedule/missed.ts";

const daily = readDueRule({ cron: "0 8 * * *", timezone: "UTC" });
const everySecond = readDueRule({ cron: "* * * * * *", timezone: "UTC" });
const hour = 3_600_000;
const seenThrough = new Date("2026-11-20T08:00Z");

/** A laptop that slept for three days. */
function wakeUp(missed: "skip" | "latest" | "all", withinMs?: number, now = "2026-11-23T10:00Z") {
  const { due, seenThrough: next } = selectDue({
    dueTimes: daily,
    policy: { missed, withinMs },
    seenThrough,
    now: new Date(now),
  });
  expect(next).toEqual(new Date(now));
  return due.map((time) => time.toISOString().slice(5, 13));
}

describe("after three days of sleep", () => {
  test.each([
    ["skip", undefined, []],
    ["latest", undefined, ["11-23T08"]],
    ["all", undefined, ["11-21T08", "11-22T08", "11-23T08"]],
    ["skip", 5 * hour, []],
    ["latest", 3 * hour, ["11-23T08"]],
    ["latest", 1 * hour, []],
    ["all", 30 * hour, ["11-22T08", "11-23T08"]],
    ["all", 1 * hour, []],
  ] as const)("missed: %s, within: %s ms", (missed, within, expected) => {
    expect(wakeUp(missed, within)).toEqual(expected);
  });

  test.each(["skip", "latest", "all"] as const)(
    "a due time half a minute ago is on time for %s",
    (missed) => {
      expect(wakeUp(missed, undefined, "2026-11-23T08:00:30Z").at(-1)).toBe("11-23T08");
    },
  );

  test("latest makes up for nothing when the newest is on time", () => {
    expect(wakeUp("latest", undefined, "2026-11-23T08:00:00Z")).toEqual(["11-23T08"]);
  });
});

test.each(["skip", "latest", "all"] as const)(
  "a short pause loses nothing of a schedule every second (%s)",
  (missed) => {
    const now = new Date(seenThrough.getTime() + 9_000);
    expect(selectDue({ dueTimes: everySecond, policy: { missed }, seenThrough, now }).due).toHaveLength(9);
  },
);

test("making up for very many goes on with the next heartbeat, without a gap", () => {
  const now = new Date(seenThrough.getTime() + 250_000);
  const policy = { missed: "all" } as const;
  const all: Date[] = [];
  let from = seenThrough;
  while (from < now) {
    const selection = selectDue({ dueTimes: everySecond, policy, seenThrough: from, now });
    expect(selection.due.length).toBeLessThanOrEqual(100);
    all.push(...selection.due);
    from = selection.seenThrough;
  }
  expect(all).toEqual(everySecond.between(seenThrough, now, 1_000));
});

test("whatever the pauses between the heartbeats, `all` selects every due time once", () => {
  const minutes = readDueRule({ cron: "*/7 * * * *", timezone: "UTC" });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 * hour }), { maxLength: 20 }), (pauses) => {
      const all: Date[] = [];
      let from = seenThrough;
      for (const pause of pauses) {
        const now = new Date(from.getTime() + pause);
        const selection = selectDue({ dueTimes: minutes, policy: { missed: "all" }, seenThrough: from, now });
        all.push(...selection.due);
        from = selection.seenThrough;
      }
      expect(all).toEqual(minutes.between(seenThrough, from, 10_000));
    }),
    { numRuns: 30 },
  );
});
