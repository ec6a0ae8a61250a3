import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completedCallsReader } from "../../../../src/audit/completed-calls.ts";
import { entryLines, lastEntries, payloadLines } from "../../../../src/audit/read.ts";
import { storedCallFinder } from "../../../../src/audit/stored-call.ts";
import { verifyTrail } from "../../../../src/audit/verify.ts";
import { eraseBatches, erasureByPerson } from "../../../../src/cli/erasure/erase-batches.ts";
import { leavesSomething } from "../../../../src/cli/erasure/plan-erasure.ts";
import { retainOnce } from "../../../../src/cli/erasure/retain.ts";
import { addContact, addRun, erasableTrail, now } from "../../../fixtures/erasure/erasable-trail.ts";
import { propertyRuns, propertyTimeout } from "../../../helpers/property-runs.ts";

const verifyAudit = fileURLToPath(new URL("../../../../docs/verify-audit.mjs", import.meta.url));
const mara = {
  id: "con_0199aa",
  ref: "CONT-0012",
  name: "Mara Quay",
  email: "mara@quay.example",
  phone: "+33 1 23 45 67 89",
};
/** Stands in every payload of hers, and nowhere else. */
const canary = (place: string) => `canary-${place}-`;

/** What the stand-alone verifier says of an export. */
function verifyExport({ path, database }: { path: string; database: DatabaseSync }) {
  const file = `${path}.jsonl`;
  writeFileSync(file, [...payloadLines(database)].map((line) => `${line}\n`).join(""));
  const { status, stdout } = spawnSync(process.execPath, [verifyAudit, "trail", file], { encoding: "utf8" });
  return { status, stdout };
}

const payloads = (database: DatabaseSync) =>
  database
    .prepare("SELECT seq FROM audit_payload ORDER BY seq")
    .all()
    .map(({ seq }) => Number(seq));

describe("erasing a person", () => {
  it("leaves none of what her payloads held in any file, everything else as it was, and a trail that verifies", {
    timeout: propertyTimeout,
  }, async () => {
    const size = fc.oneof(fc.nat(300), fc.nat(1_500), fc.constant(12_000));
    const call = fc.record({ hers: fc.boolean(), size, inRun: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 30, maxLength: 150 }),
        fc.nat(3),
        async (calls, killedAfter) => {
          using trail = await erasableTrail();
          addContact(trail.database, mara);
          const hers = calls.flatMap((one, index) => (one.hers ? [index + 1] : []));
          // as a server's commits do, some calls share a transaction
          for (let from = 0; from < calls.length; from += 25) {
            const part = calls.slice(from, from + 25);
            await trail.record(
              ...part.map(({ hers: isHers, size: length, inRun }, index) => {
                const mention = isHers ? `${mara.email} ${canary(`payload-${from + index}`)}` : "nobody";
                const text = JSON.stringify({ note: `${mention}${"x".repeat(length)}` });
                return { payload: { arguments: text, ...(inRun && { result: text }) } };
              }),
            );
            trail.database.exec("BEGIN");
            for (const [index, { hers: isHers, size: length, inRun }] of part.entries()) {
              if (!inRun) continue;
              const note = isHers ? `${mara.id} ${canary(`run-${from + index}`)}` : "nobody";
              const inputs = { note: `${note}${"y".repeat(length)}` };
              addRun(trail.database, { id: `run_${from + index}`, status: "done", inputs });
            }
            trail.database.exec("COMMIT");
          }
          const before = [...entryLines(trail.database)];
          // killed between two batches, and run again
          let batches = 0;
          await trail.erase(trail.plan({ subject: "contact:con_0199aa" }), () => {
            batches += 1;
            return batches > killedAfter;
          });
          expect(verifyTrail(trail.database).faults).toEqual([]);
          await trail.erase(trail.plan({ subject: "contact:con_0199aa" }));
          await trail.wipe();

          expect(trail.bytes()).not.toContain("canary-");
          const verified = verifyTrail(trail.database);
          expect(verified).toMatchObject({ erased: hers.length, faults: [] });
          expect([...entryLines(trail.database)].slice(0, before.length)).toEqual(before);
          const left = payloads(trail.database).filter((seq) => seq <= calls.length);
          expect(left).toEqual(calls.flatMap(({ hers: isHers }, index) => (isHers ? [] : [index + 1])));
        },
      ),
      propertyRuns(8),
    );
  });

  it("takes what mentions her by any of her marks, and what changed her record, and says so in the trail", async () => {
    using trail = await erasableTrail();
    addContact(trail.database, mara);
    await trail.record(
      { payload: { arguments: '{"contact":"con_0199aa"}' } },
      { payload: { arguments: '{"contact":"CONT-0012"}' } },
      { payload: { result: '{"items":[{"email":"Mara@Quay.example"}]}' } },
      { payload: { arguments: '{"phone":"0033123456789"}' } },
      { payload: { arguments: '{"name":"Mara Quay"}' } },
      { payload: { arguments: '{"n":1}' }, draft: { changed: [["crm_contact", "con_0199aa", 2]] } },
      { payload: { arguments: '{"note":"her sister, Mara Quayle"}' } },
      { payload: { arguments: '{"note":"called Mara Quay back"}' } },
      { payload: {}, draft: { key: "customer/mara@quay.example" } },
      { payload: { arguments: '{"note":"lives at Rue du Port 7"}' } },
    );
    const plan = trail.plan({ subject: "contact:CONT-0012", values: ["rue du port"], entries: [8] });
    expect(plan.seqs).toEqual([1, 2, 3, 4, 5, 6, 8, 10]);
    // her address stands in a key, which is hashed
    expect(plan.telling).toEqual([9]);
    expect(await trail.erase(plan)).toMatchObject({ payloads: 8 });
    const [entry] = lastEntries(trail.database, {}, 1);
    expect(entry).toMatchObject({
      kind: "erasure",
      principal: "user:maria",
      subject: "contact:con_0199aa",
      erased: [
        [1, 6],
        [8, 8],
        [10, 10],
      ],
    });
    expect(JSON.stringify(entry)).not.toMatch(/mara@|Mara|port/i);
    expect(verifyTrail(trail.database)).toMatchObject({ erased: 8, faults: [] });
    expect(verifyExport(trail)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("8 payloads erased"),
    });
    // and again: nothing is left, and nothing is recorded
    expect(
      await trail.erase(trail.plan({ subject: "contact:con_0199aa", values: ["rue du port"] })),
    ).toMatchObject({ payloads: 0 });
    expect(lastEntries(trail.database, {}, 1)[0]?.seq).toBe(entry?.seq);
  });

  it("works in small entries, however much there is", async () => {
    using trail = await erasableTrail();
    const mention = { payload: { arguments: '{"customer":"cus_1"}' } };
    await trail.record(...Array.from({ length: 1_000 }, () => [mention, { payload: {} }]).flat());
    await trail.erase(trail.plan({ subject: "customer:cus_1" }));
    const entries = lastEntries(trail.database, { tool: "ringmain.erase_payloads" }, 100);
    expect(entries).toHaveLength(5);
    for (const entry of entries) expect(JSON.stringify(entry).length).toBeLessThan(4_096);
    expect(verifyTrail(trail.database)).toMatchObject({ erased: 1_000, faults: [] });
  });

  it("is undone with its entry when it is killed within a batch", async () => {
    using trail = await erasableTrail();
    await trail.record({ payload: { arguments: '{"customer":"cus_1"}' } });
    const plan = trail.plan({ subject: "customer:cus_1" });
    const { database } = trail;
    const killed = eraseBatches({
      database,
      seqs: plan.seqs,
      copies: [],
      now: () => now,
      record: (work) =>
        erasureByPerson({
          database,
          writerKey: trail.writerKey,
          person: { principal: "user:maria", roles: ["owner"] },
          act: {},
          now: () => now,
        })(() => {
          work();
          throw new Error("killed");
        }),
    });
    await expect(killed).rejects.toThrow("killed");
    expect(payloads(database)).toEqual([1]);
    expect(verifyTrail(database)).toMatchObject({ entries: 1, erased: 0, faults: [] });
  });

  it("is refused to a person without a role, which is recorded and accounts for nothing", async () => {
    using trail = await erasableTrail();
    await trail.record({ payload: { arguments: '{"customer":"cus_1"}' } });
    const { database } = trail;
    const record = erasureByPerson({
      database,
      writerKey: trail.writerKey,
      person: { principal: "user:guest", roles: [] },
      act: { subject: "customer:cus_1" },
      now: () => now,
    });
    const refused = eraseBatches({ database, seqs: [1], copies: [], record, now: () => now });
    await expect(refused).rejects.toMatchObject({ code: "POLICY_DENIED" });
    expect(payloads(database)).toEqual([1, 2]);
    const [entry] = lastEntries(database, {}, 1);
    expect(entry).toMatchObject({ kind: "erasure", outcome: "denied", subject: "customer:cus_1" });
    expect(entry).not.toHaveProperty("erased");
  });
});

describe("what a run needs", () => {
  it("stays until it ends: its own payloads, and those it was answered with", async () => {
    using trail = await erasableTrail();
    const about = { arguments: '{"customer":"cus_1"}', result: '{"customer":"cus_1"}' };
    addRun(trail.database, { id: "run_live", status: "running", inputs: { customer: "cus_1" } });
    addRun(trail.database, { id: "run_old", status: "done", inputs: {}, outputs: { customer: "cus_1" } });
    await trail.record(
      { payload: about, draft: { run: "run_old", step: "a", key: "run_old/a" } },
      { payload: about, draft: { run: "run_old", step: "b", key: "run_old/b" } },
      { payload: about, draft: { run: "run_live", step: "a", key: "run_live/a" } },
      { payload: {}, draft: { run: "run_live", step: "b", outcome: "replayed", replay_of: 2 } },
    );
    const plan = trail.plan({ subject: "customer:cus_1" });
    expect(plan.seqs).toEqual([1]);
    expect([...plan.needed]).toEqual([["run_live", [2, 3]]]);
    expect(plan.copies).toMatchObject([
      { table: "engine_run", ids: ["run_old"], kept: ["run_live"] },
      { table: "approval_detail", ids: [] },
    ]);
    await trail.erase(plan);
    const journal = completedCallsReader(trail.database)("run_live");
    expect(journal.map(({ step, result }) => [step, result])).toEqual([
      ["a", about.result],
      ["b", about.result],
    ]);

    trail.database.exec(
      `UPDATE engine_run SET status = 'done', finished_at = '${now.toISOString()}' WHERE id = 'run_live'`,
    );
    const rest = trail.plan({ subject: "customer:cus_1" });
    expect(rest).toMatchObject({ seqs: [2, 3], copies: [{ ids: ["run_live"], kept: [] }, { ids: [] }] });
    await trail.erase(rest);
    expect(verifyTrail(trail.database)).toMatchObject({ erased: 3, faults: [] });
  });

  it("and that began after the search stays, too", async () => {
    using trail = await erasableTrail();
    await trail.record({
      payload: { arguments: '{"customer":"cus_1"}' },
      draft: { run: "run_live", step: "a" },
    });
    const plan = trail.plan({ subject: "customer:cus_1" });
    addRun(trail.database, { id: "run_live", status: "running", inputs: {} });
    expect(await trail.erase(plan)).toMatchObject({ payloads: 0 });
    expect(payloads(trail.database)).toEqual([1]);
  });

  it("keys outlive it: the call is not made again, and its result is said to be erased", async () => {
    using trail = await erasableTrail();
    const call = { tool: "notes.add_note", principal: "agent:writer", arguments: '{"customer":"cus_1"}' };
    await trail.record(
      { payload: { arguments: call.arguments, result: "{}" }, draft: { key: "run_1/a" } },
      { payload: { arguments: call.arguments, result: "{}" }, draft: { once: "reminder/1" } },
    );
    await trail.erase(trail.plan({ subject: "customer:cus_1" }));
    const find = storedCallFinder(trail.database);
    expect(() => find({ ...call, key: "run_1/a" })).toThrow(
      expect.objectContaining({ code: "RESULT_ERASED" }),
    );
    expect(() => find({ ...call, once: "reminder/1" })).toThrow(
      expect.objectContaining({ code: "RESULT_ERASED" }),
    );
  });
});

describe("copies of payloads", () => {
  it("of ended runs go, but not what failed and where", async () => {
    using trail = await erasableTrail();
    const error = {
      code: "NOT_FOUND",
      message: "There is no contact mara@quay.example.",
      hint: "Ask mara@quay.example.",
      step: "find",
    };
    addRun(trail.database, { id: "run_1", status: "failed", inputs: { n: 1 }, error });
    addRun(trail.database, {
      id: "run_2",
      status: "failed",
      inputs: { n: 1 },
      error: { ...error, message: "no", hint: "no" },
    });
    const plan = trail.plan({ subject: "person:2026-014", values: ["mara@quay.example"] });
    expect(await trail.erase(plan)).toMatchObject({ copies: new Map([["engine_run", 1]]) });
    const rows = trail.database
      .prepare("SELECT inputs, error, erased_at FROM engine_run ORDER BY number")
      .all();
    expect(rows).toMatchObject([
      {
        inputs: "{}",
        error: '{"code":"NOT_FOUND","message":"(erased)","step":"find"}',
        erased_at: now.toISOString(),
      },
      { inputs: '{"n":1}', erased_at: null },
    ]);
    expect(lastEntries(trail.database, {}, 1)).toMatchObject([
      { kind: "erasure", changed: [["engine_run", "run_1", 1]] },
    ]);
  });

  it("in what people were shown to decide go once nobody can decide any more", async () => {
    using trail = await erasableTrail();
    const { database } = trail;
    const insert = database.prepare(
      `INSERT INTO approval_request (id, tool, principal, arguments_hash, facts_hash, asks, status, created_at, expires_at, requested_entry, version)
       VALUES (?, 'crm.x', 'agent:a', '', '', '[]', ?, '2026-11-20', ?, 1, 1)`,
    );
    for (const [id, status, expires] of [
      ["apr_used", "used", "2999"],
      ["apr_open", "pending", "2999"],
      ["apr_late", "approved", "2026-11-21"],
    ] as const) {
      insert.run(id, status, expires);
      database
        .prepare(
          "INSERT INTO approval_detail VALUES (?, '{\"to\":\"mara@quay.example\"}', '{}', '{}', '[]', NULL)",
        )
        .run(id);
    }
    const request = { subject: "person:2026-014", values: ["mara@quay.example"] };
    expect(() => trail.plan(request)).not.toThrow();
    await trail.erase(trail.plan(request));
    expect(database.prepare("SELECT request, arguments FROM approval_detail ORDER BY request").all()).toEqual(
      [
        { request: "apr_late", arguments: "{}" },
        { request: "apr_open", arguments: '{"to":"mara@quay.example"}' },
        { request: "apr_used", arguments: "{}" },
      ],
    );
    expect(trail.plan(request).copies).toMatchObject([{}, { ids: [], kept: ["apr_open"] }]);
    expect(leavesSomething(trail.plan(request))).toBe(true);
  });

  it("in messages go when they are asked for and no longer to be sent", async () => {
    using trail = await erasableTrail();
    trail.database.exec("PRAGMA foreign_keys = OFF");
    const insert = trail.database.prepare(
      `INSERT INTO accounting_outbox (id, kind, status, recipient, subject, body, invoice_id, attempts, version, created_at, updated_at)
       VALUES (?, 'reminder', ?, 'mara@quay.example', 'Reminder', 'Dear Mara', 'inv_1', 1, 3, '2026', '2026')`,
    );
    insert.run("msg_1", "sent");
    insert.run("msg_2", "queued");
    const request = { subject: "person:2026-014", values: ["mara@quay.example"] };
    const kept = trail.plan(request);
    expect(kept).toMatchObject({
      copies: [{ table: "engine_run" }, { table: "approval_detail" }],
      messagesKept: [
        { table: "accounting_outbox", ids: ["msg_1"], kept: ["msg_2"] },
        { table: "approval_outbox", ids: [] },
      ],
    });
    await trail.erase(trail.plan({ ...request, messages: true }));
    expect(
      trail.database
        .prepare("SELECT id, recipient, subject, body, version FROM accounting_outbox ORDER BY id")
        .all(),
    ).toMatchObject([
      { id: "msg_1", recipient: "(erased)", subject: "(erased)", body: "(erased)", version: 4 },
      { id: "msg_2", recipient: "mara@quay.example", body: "Dear Mara", version: 3 },
    ]);
    expect(lastEntries(trail.database, {}, 1)).toMatchObject([
      { changed: [["accounting_outbox", "msg_1", 4]] },
    ]);
  });
});

describe("payloads that grow old", () => {
  const day = (number: number) => `2026-11-${String(number).padStart(2, "0")}T08:00:00.000Z`;

  it("go a few at a time, but for those that a run needs, and the entry says up to when", async () => {
    using trail = await erasableTrail();
    addRun(trail.database, { id: "run_live", status: "running", inputs: {} });
    addRun(trail.database, {
      id: "run_old",
      status: "done",
      inputs: { a: 1 },
      outputs: { b: 2 },
      finishedAt: day(3),
    });
    await trail.record(
      ...Array.from({ length: 900 }, (_, index) => ({
        draft: { time: day(1 + Math.floor(index / 100)), ...(index === 42 && { run: "run_live" }) },
        payload: { arguments: `{"n":${index}}` },
      })),
    );
    const before = new Date(day(8));
    const first = await retainOnce({
      database: trail.database,
      writerKey: trail.writerKey,
      before,
      now: () => now,
    });
    expect(first).toMatchObject({ erased: { payloads: 400 }, isAll: false });
    const second = await retainOnce({
      database: trail.database,
      writerKey: trail.writerKey,
      before,
      now: () => now,
    });
    expect(second).toMatchObject({ erased: { payloads: 299 }, isAll: true });
    expect(payloads(trail.database).filter((seq) => seq <= 900)).toEqual([
      43,
      ...Array.from({ length: 200 }, (_, index) => 701 + index),
    ]);
    const entries = lastEntries(trail.database, { principal: "ringmain:retention" }, 9);
    expect(entries.map(({ erased, erased_before, changed }) => ({ erased, erased_before, changed }))).toEqual(
      [
        {
          erased: [
            [1, 42],
            [44, 401],
          ],
          erased_before: before.toISOString(),
          changed: [],
        },
        { erased: undefined, erased_before: before.toISOString(), changed: [["engine_run", "run_old", 1]] },
        { erased: [[402, 700]], erased_before: before.toISOString(), changed: [] },
      ],
    );
    expect(verifyTrail(trail.database)).toMatchObject({ erased: 699, faults: [] });
    const third = await retainOnce({
      database: trail.database,
      writerKey: trail.writerKey,
      before,
      now: () => now,
    });
    expect(third).toMatchObject({ erased: { payloads: 0 }, isAll: true });
    expect(lastEntries(trail.database, { principal: "ringmain:retention" }, 9)).toHaveLength(3);
  });

  it("are found by a person, too", async () => {
    using trail = await erasableTrail();
    await trail.record(
      { draft: { time: day(1) }, payload: { arguments: "{}" } },
      { draft: { time: day(9) }, payload: { arguments: "{}" } },
    );
    expect(trail.plan({ before: new Date(day(8)) }).seqs).toEqual([1]);
  });
});
