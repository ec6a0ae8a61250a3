import { expect, test, vi } from "vitest";
import { createDecidedRuns } from "../../../../src/engine/sqlite/decided-runs.ts";

/** Parked runs, each with the requests that it waits for, and a store of requests that are pending. */
function waiting(runs: Record<string, string[]>) {
  let now = 0;
  const requests = new Set(Object.values(runs).flat());
  const waitsOf = (id: string) =>
    new Map((runs[id] ?? []).map((approval) => [`step ${approval}`, { approval }]));
  const pending = vi.fn((ids: readonly string[]) => new Set(ids.filter((id) => requests.has(id))));
  const decided = createDecidedRuns({
    store: {
      parkedMark: () => Object.keys(runs).join(),
      parked: () => Object.keys(runs).map((id) => ({ id, waits: waitsOf(id) })),
    },
    approvals: { pending, mark: () => [...requests].join() },
    clock: { now: () => new Date(now) },
  });
  return {
    find: decided.find,
    take: (id: string) => decided.taken(waitsOf(id)),
    park(id: string, approvals: string[]) {
      runs[id] = approvals;
      for (const approval of approvals) requests.add(approval);
    },
    decide: (approval: string) => void requests.delete(approval),
    advance(ms: number) {
      now += ms;
    },
    pending,
  };
}

test("finds the runs of which one request was decided, oldest first, with one question", () => {
  const { find, decide, pending } = waiting({ run_1: ["a", "b"], run_2: ["c"], run_3: ["d", "e"] });
  expect(find()).toEqual([]);
  decide("e");
  decide("b");
  expect(find()).toEqual(["run_1", "run_3"]);
  expect(pending).toHaveBeenCalledTimes(2);
});

test("looks through the runs again only when one of them or a request has changed, or after a minute", () => {
  const { find, decide, park, advance, pending } = waiting({ run_1: ["a"], run_2: ["b"] });
  find();
  find();
  expect(pending).toHaveBeenCalledTimes(1);
  park("run_3", ["c"]);
  find();
  expect(pending).toHaveBeenCalledTimes(2);
  decide("c");
  expect(find()).toEqual(["run_3"]);
  // nobody has taken it yet
  expect(find()).toEqual(["run_3"]);
  decide("run_3 is not there");
  advance(60_000);
  find();
  expect(pending).toHaveBeenCalledTimes(5);
});

test("asks nothing when no run is parked", () => {
  const { find, pending } = waiting({});
  expect(find()).toEqual([]);
  expect(pending).not.toHaveBeenCalled();
});

test("a run that still waits for a decided request is not taken up for it again within a minute", () => {
  const { find, take, decide, advance } = waiting({ run_1: ["a", "b"] });
  decide("a");
  take("run_1");
  expect(find()).toEqual([]);
  advance(59_999);
  expect(find()).toEqual([]);
  advance(1);
  expect(find()).toEqual(["run_1"]);
});

test("another request of it is a reason at once, and so is a clock that was set back", () => {
  const { find, take, decide, advance } = waiting({ run_1: ["a", "b"] });
  advance(3_600_000);
  decide("a");
  take("run_1");
  decide("b");
  expect(find()).toEqual(["run_1"]);
  take("run_1");
  expect(find()).toEqual([]);
  advance(-3_600_000);
  expect(find()).toEqual(["run_1"]);
});
