import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { approvalOf } from "../../../src/core/call-meta.ts";
import { enrolledApprover } from "../../fixtures/kit/approver.ts";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import {
  startOfTests,
  type TemporaryWorkspace,
  temporaryWorkspace,
} from "../../fixtures/kit/temporary-workspace.ts";
import { propertyRuns } from "../../helpers/property-runs.ts";

const tools = ["notes.*", "notes.add_note", "notes.send_note"];
const policy = `@id("ask") @approval("editors") forbid (principal, action == Action::"notes.send_note", resource);`;
const hourMs = 3_600_000;

let workspace: TemporaryWorkspace;
let notes: Notes;
let people: Awaited<ReturnType<typeof enrolledApprover>>[];

beforeAll(async () => {
  workspace = await temporaryWorkspace({
    agents: { writer: { tools } },
    roles: { editors: { tools: [], members: ["maria", "joe"] } },
    policies: { notes: policy },
    approvals: { expire_after: "2h" },
  });
  notes = await openNotes(workspace);
  people = [await enrolledApprover(workspace, "user:maria"), await enrolledApprover(workspace, "user:joe")];
});
afterAll(() => {
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

type Step =
  | { kind: "call"; key: string | undefined; times: number }
  | { kind: "decide"; decision: "approved" | "rejected"; who: number; newest: number }
  | { kind: "change" }
  | { kind: "wait"; hours: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("call" as const),
      key: fc.constantFrom(undefined, "a", "b"),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("decide" as const),
      decision: fc.constantFrom("approved" as const, "approved" as const, "rejected" as const),
      who: fc.nat(1),
      newest: fc.nat(1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("change" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 3 }) }),
  },
);

let sequences = 0;

it("nothing is done but what a person approved, as it was, in time and once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      sequences += 1;
      let now = startOfTests;
      notes.setNow(now.toISOString());
      const token = () => workspace.token("agent:writer", {}, now);
      const { id } = await notes.result("add_note", { text: "x" }, { token: token() });
      const versionOf = () =>
        Number(notes.reader.prepare("SELECT version FROM notes_note WHERE id = ?").get(String(id))?.version);
      const first = Number(notes.lastEntry()?.seq);
      /** Which version of the note each request was about, in the order of asking. */
      const asked = new Map<string, number>();
      const approved = new Map<string, Date>();

      for (const each of steps) {
        if (each.kind === "wait") {
          now = new Date(now.getTime() + each.hours * hourMs);
          notes.setNow(now.toISOString());
        } else if (each.kind === "change") {
          notes.reader.prepare("UPDATE notes_note SET version = version + 1 WHERE id = ?").run(String(id));
        } else if (each.kind === "decide") {
          const request = [...asked.keys()].at(-1 - each.newest);
          if (request === undefined) continue;
          const decided = await people[each.who]
            ?.decide(request, each.decision, now)
            .catch((error) => error.code);
          if (decided !== "STATE_INVALID" && each.decision === "approved") approved.set(request, now);
        } else {
          const key = each.key && `${sequences}/${each.key}`;
          const call = () => notes.call("send_note", { id }, { token: token(), ...(key && { key }) });
          let version = versionOf();
          for (const { error, replayed } of await Promise.all(Array.from({ length: each.times }, call))) {
            const request = approvalOf(error?.details);
            if (request !== undefined && !asked.has(request)) asked.set(request, version);
            // the next of them finds the note as this one left it
            if (error === undefined && replayed === undefined) version += 1;
          }
        }
      }

      const done = notes.entries({ after: first, outcome: "done", tool: "notes.send_note" });
      expect(new Set(done.map(({ approval }) => approval)).size).toBe(done.length);
      for (const { approval = "", changed, time } of done) {
        const at = approved.get(approval);
        expect(at).toBeDefined();
        expect(Date.parse(time) - (at?.getTime() ?? 0)).toBeLessThan(2 * hourMs);
        expect(changed[0]).toEqual(["notes_note", id, (asked.get(approval) ?? Number.NaN) + 1]);
      }
      const rows = notes.reader
        .prepare("SELECT count(*) AS n FROM approval_request WHERE status = 'used'")
        .get();
      const used = notes.entries({ outcome: "done", tool: "notes.send_note" });
      expect(rows?.n).toBe(used.length);
    }),
    {
      ...propertyRuns(25),
      // at least this one goes through
      examples: [
        [
          [
            { kind: "call", key: undefined, times: 1 },
            { kind: "decide", decision: "approved", who: 0, newest: 0 },
            { kind: "call", key: undefined, times: 2 },
          ],
        ],
      ],
    },
  );
  expect(notes.entries({ outcome: "done", tool: "notes.send_note" }).length).toBeGreaterThan(0);
  expect(notes.verify().faults).toEqual([]);
});
