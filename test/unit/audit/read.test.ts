import { describe, expect, it } from "vitest";
import { completedCallsReader, onceFinder } from "../../../src/audit/completed-calls.ts";
import { countOutcomes, entryLines, lastEntries, parseEntry } from "../../../src/audit/read.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

async function variedTrail() {
  const trail = await temporaryTrail();
  await trail.append(
    { time: "2026-11-02T08:00:00.000Z" },
    { time: "2026-11-02T09:00:00.000Z", principal: "agent:other", tool: "crm.create_lead", server: "crm" },
    { time: "2026-11-02T10:00:00.000Z", outcome: "denied", error: "POLICY_DENIED" },
    { time: "2026-11-02T11:00:00.000Z", run: "run_1" },
    { time: "2026-11-02T12:00:00.000Z", run: "run_1", tool: "notes.list_notes", outcome: "failed" },
  );
  return trail;
}

describe("reading entries", () => {
  it.each([
    [{}, [1, 2, 3, 4, 5]],
    [{ principal: "agent:other" }, [2]],
    [{ tool: "notes.add_note" }, [1, 3, 4]],
    [{ tool: "crm" }, [2]],
    [{ run: "run_1" }, [4, 5]],
    [{ outcome: "denied" as const }, [3]],
    [{ since: "2026-11-02T11:00:00Z" }, [4, 5]],
    [{ since: "2026-11-02T12:00:00+01:00" }, [4, 5]],
    [{ until: "2026-11-02T09:00:00Z" }, [1]],
    [{ after: 3, run: "run_1" }, [4, 5]],
    [{ principal: "agent:writer", outcome: "done" as const, since: "2026-11-02T08:30:00Z" }, [4]],
    [{ principal: "' OR 1 --" }, []],
  ])("by %j", async (filter, expected) => {
    using trail = await variedTrail();
    expect(lastEntries(trail.database, filter, 100).map((entry) => entry.seq)).toEqual(expected);
    expect([...entryLines(trail.database, filter)].map((line) => parseEntry(line).seq)).toEqual(expected);
  });

  it("of a run, whatever their keys say", async () => {
    using trail = await temporaryTrail();
    await trail.append(
      { run: "run_1", key: "run_1/a", step: "a" },
      { run: "run_1", key: "mine", step: "b" },
      { run: "run_1", key: "run_1/c", step: "c", outcome: "denied", error: "POLICY_DENIED" },
      { run: "run_10", key: "run_10/a", step: "a" },
      { run: "run_2", key: "run_1/d", step: "d" },
      { key: "run_1/e", step: "e" },
      { run: "run_1", kind: "run" },
    );
    const of = (run: string) => lastEntries(trail.database, { run }, 100).map((entry) => entry.seq);
    expect([of("run_1"), of("run_10"), of("run_2"), of("run"), of("run_")]).toEqual([
      [1, 2, 3, 7],
      [4],
      [5],
      [],
      [],
    ]);
    expect(completedCallsReader(trail.database)("run_1").map(({ step }) => step)).toEqual(["a", "b", "c"]);
  });

  it("gives the newest of them, oldest first", async () => {
    using trail = await variedTrail();
    expect(lastEntries(trail.database, {}, 2).map((entry) => entry.seq)).toEqual([4, 5]);
  });

  it("refuses a time that is none", async () => {
    using trail = await variedTrail();
    expect(() => lastEntries(trail.database, { since: "yesterday" }, 1)).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID" }),
    );
  });

  it("counts them by outcome", async () => {
    using trail = await variedTrail();
    expect(countOutcomes(trail.database)).toEqual({ done: 3, denied: 1, failed: 1 });
  });
});

describe("the journal of a run", () => {
  it("has its calls in order, the replayed ones with the result of the entry that did the work", async () => {
    using trail = await temporaryTrail();
    await trail.append(
      { run: "run_0", step: "other", once: "o" },
      { run: "run_1", step: "a" },
      { run: "run_1", step: "b", outcome: "denied", error: "POLICY_DENIED", reason: "no", policies: ["p"] },
      { run: "run_1", kind: "run", tool: "ringmain.start_run" },
      { run: "run_1", step: "c", outcome: "replayed", replay_of: 1 },
      { run: "run_1", step: "d" },
      { run: "run_1" },
    );
    trail.database.exec(
      "DELETE FROM audit_payload WHERE seq = 6; UPDATE audit_payload SET result = NULL WHERE seq = 5",
    );
    const policies = ["notes.add_note"];
    expect(completedCallsReader(trail.database)("run_1")).toEqual([
      { entry: 2, step: "a", policies, result: '{"done":1}' },
      { entry: 3, step: "b", policies: ["p"], error: { code: "POLICY_DENIED", message: "no" } },
      { entry: 5, step: "c", policies, result: '{"done":0}', replayed: { entry: 1, run: "run_0" } },
      { entry: 6, step: "d", policies },
    ]);
    expect(completedCallsReader(trail.database)("run_2")).toEqual([]);
  });

  it("finds the entry of a business key by its tool", async () => {
    using trail = await temporaryTrail();
    await trail.append({ once: "o", run: "run_1" }, { once: "p" }, { once: "q", outcome: "failed" });
    const find = (tool: string, once: string) => onceFinder(trail.database, tool)(once);
    expect(find("notes.add_note", "o")).toEqual({ entry: 1, run: "run_1" });
    expect(find("notes.add_note", "p")).toEqual({ entry: 2 });
    expect(find("notes.add_note", "q")).toBeUndefined();
    expect(find("crm.add_note", "o")).toBeUndefined();
  });
});
