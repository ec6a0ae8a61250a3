import { describe, expect, test } from "vitest";
import { readDueRule } from "../../../src/schedule/due-times.ts";

/** The due times of a day or so, in UTC, short. */
function due(cron: string, timezone: string, after: string, upTo: string): string[] {
  const times = readDueRule({ cron, timezone }).between(new Date(after), new Date(upTo), 1_000);
  return times.map((time) => time.toISOString().slice(5, 16));
}
const quarterHours = (from: string, upTo: string) => {
  const times: string[] = [];
  for (let time = Date.parse(from) + 900_000; time <= Date.parse(upTo); time += 900_000)
    times.push(new Date(time).toISOString().slice(5, 16));
  return times;
};

// [zone, the change, a window around it]
const berlin = "Europe/Berlin";
const newYork = "America/New_York";
const lordHowe = "Australia/Lord_Howe";
const spring = {
  [berlin]: ["2026-03-28T22:00Z", "2026-03-29T22:00Z"], // 02:00 → 03:00 at 01:00Z
  [newYork]: ["2026-03-08T04:00Z", "2026-03-09T04:00Z"], // 02:00 → 03:00 at 07:00Z
  [lordHowe]: ["2026-10-03T13:00Z", "2026-10-04T13:00Z"], // 02:00 → 02:30 at 15:30Z
} as const;
const autumn = {
  [berlin]: ["2026-10-24T22:00Z", "2026-10-25T22:00Z"], // 03:00 → 02:00 at 01:00Z
  [newYork]: ["2026-11-01T03:00Z", "2026-11-02T03:00Z"], // 02:00 → 01:00 at 06:00Z
  [lordHowe]: ["2026-04-04T12:00Z", "2026-04-05T12:00Z"], // 02:00 → 01:30 at 15:00Z
} as const;

describe("in spring", () => {
  test.each([
    [berlin, "30 2 * * *", ["03-29T01:00"]],
    [berlin, "0 2 * * *", ["03-29T01:00"]],
    [berlin, "0 3 * * *", ["03-29T01:00"]],
    [berlin, "30 2,14 * * *", ["03-29T01:00", "03-29T12:30"]],
    [newYork, "30 2 * * *", ["03-08T07:00"]],
    [lordHowe, "15 2 * * *", ["10-03T15:30"]],
  ] as const)(
    "in %s, %s is due once, when the clock has jumped if it skips the time",
    (zone, cron, expected) => {
      const [after, upTo] = spring[zone];
      expect(due(cron, zone, after, upTo)).toEqual(expected);
    },
  );

  test.each([berlin, newYork, lordHowe] as const)(
    "in %s, every quarter of an hour goes on evenly",
    (zone) => {
      const [after, upTo] = spring[zone];
      expect(due("*/15 * * * *", zone, after, upTo)).toEqual(quarterHours(after, upTo));
    },
  );
});

describe("in autumn", () => {
  test.each([
    [berlin, "30 2 * * *", ["10-25T00:30"]],
    [berlin, "0,30 2 * * *", ["10-25T00:00", "10-25T00:30"]],
    [berlin, "0 3 * * *", ["10-25T02:00"]],
    [newYork, "30 1 * * *", ["11-01T05:30"]],
    [lordHowe, "45 1 * * *", ["04-04T14:45"]],
  ] as const)("in %s, %s is due once, the first time", (zone, cron, expected) => {
    const [after, upTo] = autumn[zone];
    expect(due(cron, zone, after, upTo)).toEqual(expected);
  });

  test.each([berlin, newYork, lordHowe] as const)(
    "in %s, every quarter of an hour is due in both hours",
    (zone) => {
      const [after, upTo] = autumn[zone];
      expect(due("*/15 * * * *", zone, after, upTo)).toEqual(quarterHours(after, upTo));
    },
  );

  test("a restart within the repeated hour does not repeat the daily time", () => {
    for (const after of ["2026-10-25T00:30Z", "2026-10-25T00:45Z", "2026-10-25T01:29:59Z"]) {
      expect(due("30 2 * * *", berlin, after, "2026-10-25T22:00Z")).toEqual([]);
    }
  });
});

describe("the calendar", () => {
  test("a zone with a quarter-hour offset", () => {
    expect(due("0 8 * * *", "Asia/Kathmandu", "2026-01-01T00:00Z", "2026-01-02T12:00Z")).toEqual([
      "01-01T02:15",
      "01-02T02:15",
    ]);
  });
  test("29 February comes every four years", () => {
    expect(readDueRule({ cron: "0 0 29 2 *", timezone: "UTC" }).next(new Date("2026-01-01Z"))).toEqual(
      new Date("2028-02-29T00:00Z"),
    );
  });
  test("the last day of the month", () => {
    expect(due("0 0 L * *", "UTC", "2027-01-01T00:00Z", "2027-04-30T00:00Z")).toEqual([
      "01-31T00:00",
      "02-28T00:00",
      "03-31T00:00",
      "04-30T00:00",
    ]);
  });
  test("31 February never comes", () => {
    expect(
      readDueRule({ cron: "0 0 31 2 *", timezone: "UTC" }).next(new Date("2026-01-01Z")),
    ).toBeUndefined();
  });
  test("seconds", () => {
    const rule = readDueRule({ cron: "*/20 * * * * *", timezone: "UTC" });
    const times = rule.between(new Date("2026-01-01T00:00:00.500Z"), new Date("2026-01-01T00:01:00Z"), 10);
    expect(times.map((time) => time.getUTCSeconds())).toEqual([20, 40, 0]);
  });
});

test("the start is excluded, the end included", () => {
  expect(due("0 8 * * *", "UTC", "2026-01-01T08:00Z", "2026-01-02T08:00Z")).toEqual(["01-02T08:00"]);
});

test.each([
  ["0 8 * * *", "Europe/Berlin"],
  ["30 2 * * *", "Europe/Berlin"],
  ["*/15 * * * *", "Europe/Berlin"],
  ["0 2 * * 0", "Australia/Lord_Howe"],
])("the latest of %s in %s is the last that `between` finds, through both changes", (cron, timezone) => {
  const rule = readDueRule({ cron, timezone });
  for (const day of ["2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24"]) {
    const after = new Date(`${day}T00:00Z`);
    const all = rule.between(after, new Date(after.getTime() + 2 * 86_400_000), 1_000);
    for (let minutes = 1; minutes < 2 * 24 * 60; minutes += 13) {
      const upTo = new Date(after.getTime() + minutes * 60_000);
      expect(rule.latest(after, upTo)).toEqual(all.findLast((time) => time <= upTo));
    }
  }
});

test.each([
  ["61 * * * *", "UTC"],
  ["every day", "UTC"],
  ["0 8 * * *", "Mars/Olympus"],
  ["0 0 0 1 1 * 2030", "UTC"],
])("%s in %s is refused", (cron, timezone) => {
  expect(() => readDueRule({ cron, timezone })).toThrow(
    expect.objectContaining({ code: "WORKFLOW_INVALID" }),
  );
});
