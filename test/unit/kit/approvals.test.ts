import { generateKeyPairSync } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyId, signStatement } from "../../../src/approval/statement.ts";
import { createAppender } from "../../../src/audit/append.ts";
import { approvalOf } from "../../../src/core/call-meta.ts";
import { transact } from "../../../src/db/transaction.ts";
import { ensureWriterKey } from "../../../src/identity/keys.ts";
import type { Mail } from "../../../src/outbox/mailer.ts";
import { openOutbox } from "../../../src/outbox/outbox.ts";
import { enrolledApprover } from "../../fixtures/kit/approver.ts";
import { entryOf } from "../../fixtures/kit/entry-of.ts";
import { type CallExtras, type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import {
  startOfTests,
  type TemporaryWorkspace,
  temporaryWorkspace,
} from "../../fixtures/kit/temporary-workspace.ts";

const policies = {
  notes: `
    @id("ask-about-notes") @approval("editors") forbid (principal, action == Action::"notes.send_note", resource)
    when { resource.length > 50 };
    @id("ask-about-very-long-notes") @approval("owner")
    forbid (principal, action == Action::"notes.send_note", resource)
    when { resource.length > 90 };
    @id("ask-about-boom") @approval("editors") forbid (principal, action == Action::"notes.boom", resource);
    @id("ask-about-links") @approval("editors") forbid (principal, action == Action::"notes.link_note", resource);`,
};
const tools = ["notes.*", "notes.add_note", "notes.send_note", "notes.boom", "notes.link_note"];

let workspace: TemporaryWorkspace;
let notes: Notes;
let token: string;
let maria: Awaited<ReturnType<typeof enrolledApprover>>;
let id: string;

beforeEach(async () => {
  workspace = await temporaryWorkspace({
    agents: { writer: { tools } },
    clients: { desk: { tools } },
    roles: {
      editors: { tools, members: ["maria", "joe"] },
      owner: { tools, members: ["olga"] },
      visitor: { tools: [], members: ["vera"] },
    },
    policies,
    approvals: { most_waiting: 3, notify: { editors: "Editors <editors@example.com>" } },
  });
  notes = await openNotes(workspace);
  token = workspace.token("agent:writer", { run: { id: "run_1", workflow: "tidy", workflowHash: "abc" } });
  maria = await enrolledApprover(workspace, "user:maria");
  id = String((await notes.result("add_note", { text: "x".repeat(60) }, { token })).id);
});

afterEach(() => {
  expect(notes.verify().faults).toEqual([]);
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

const send = (extras: CallExtras = { token }, note = id) => notes.call("send_note", { id: note }, extras);

/** Calls, and gives the request that the call waits for. */
async function asked(...call: Parameters<typeof send>): Promise<string> {
  const { error } = await send(...call);
  expect(error?.code).toBe("APPROVAL_REQUIRED");
  return String(approvalOf(error?.details));
}

const version = () => notes.reader.prepare("SELECT version FROM notes_note WHERE id = ?").get(id)?.version;
const statuses = () =>
  notes.reader.prepare("SELECT id, status, version, used_entry FROM approval_request ORDER BY rowid").all();
const statusOf = (request: string) => statuses().find((row) => row.id === request)?.status;

/** Everything in the database, but for the trail and what the kit keeps of requests. */
function contents(database: DatabaseSync): unknown {
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  return names
    .map(({ name }) => String(name))
    .filter((name) => !/^(audit|approval)_/.test(name))
    .map((name) => [name, database.prepare(`SELECT * FROM ${name} ORDER BY 1, 2, 3`).all()]);
}

describe("a call that needs a person's yes", () => {
  it("waits, names its request, and leaves nothing of its trial but what the person sees", async () => {
    const before = contents(notes.reader);
    const answer = await send({ token, key: "run_1/send", step: "send" });
    const request = approvalOf(answer.error?.details) ?? "";
    expect(request).toMatch(/^apr_[0-9a-f]{32}$/);
    expect(answer.error).toMatchObject({
      code: "APPROVAL_REQUIRED",
      message: `notes.send_note needs the approval of editors (policy ask-about-notes): request ${request} waits for it.`,
      hint: expect.stringContaining(`\`ringmain approvals approve ${request}\``),
    });
    expect(contents(notes.reader)).toEqual(before);

    expect(notes.lastEntry()).toMatchObject({
      outcome: "denied",
      decision: "deny",
      error: "APPROVAL_REQUIRED",
      approval: request,
      changed: [
        ["approval_request", request, 1],
        ["approval_outbox", expect.any(String), 1],
      ],
    });
    const stored = notes.reader.prepare("SELECT * FROM approval_request").all();
    expect(stored).toMatchObject([
      {
        id: request,
        tool: "notes.send_note",
        principal: "agent:writer",
        run: "run_1",
        key: "run_1/send",
        status: "pending",
        created_at: "2026-11-02T08:00:00.000Z",
        expires_at: "2026-11-05T08:00:00.000Z",
        requested_entry: answer.entry,
      },
    ]);
    expect(notes.reader.prepare("SELECT * FROM approval_detail").all()).toEqual([
      {
        request,
        arguments: JSON.stringify({ id }),
        facts: '{"hour":8,"length":60}',
        result: JSON.stringify({ id }),
        changed: JSON.stringify([["notes_note", id, 2]]),
        erased_at: null,
      },
    ]);
  });

  it("undoes links, and rows that it made, as well", async () => {
    const before = contents(notes.reader);
    const answer = await notes.call("link_note", { from: "A-1", to: "B-1" }, { token });
    expect(answer.error?.code).toBe("APPROVAL_REQUIRED");
    expect(contents(notes.reader)).toEqual(before);
    const { changed } = notes.reader.prepare("SELECT changed FROM approval_detail").get() ?? {};
    expect(changed).toBe('[["link","A-1 note B-1",1]]');
  });

  it("tells the role by a message in the outbox, which names what is asked and carries no text of callers", async () => {
    const request = await asked();
    const messages = notes.reader.prepare("SELECT * FROM approval_outbox").all();
    expect(messages).toMatchObject([
      {
        request,
        status: "queued",
        recipient: "Editors <editors@example.com>",
        subject: "Approval asked: notes.send_note by agent:writer",
        attempts: 0,
      },
    ]);
    const body = String(messages[0]?.body);
    expect(body).toContain(`ringmain approvals approve ${request}`);
    expect(body).toContain("ask-about-notes (policies/notes.cedar:2) asks editors");
    expect(body).toContain("length 60");
    expect(body).toContain("2026-11-05 08:00 UTC");

    const sent: Mail[] = [];
    const outbox = openOutbox({
      databasePath: workspace.databasePath,
      writerKey: ensureWriterKey(workspace.stateDir),
      clock: { now: () => startOfTests },
      report: () => {},
      mailer: {
        async send(mail) {
          sent.push(mail);
          return { status: "sent" };
        },
      },
    });
    await outbox.tick(startOfTests);
    await outbox.close();
    expect(sent).toEqual([
      { id: messages[0]?.id, to: messages[0]?.recipient, subject: messages[0]?.subject, text: body },
    ]);
    expect(notes.lastEntry()).toMatchObject({
      kind: "delivery",
      tool: "approval.deliver_message",
      outcome: "done",
    });
  });

  it("asks once, however often it is made, also when time has passed for the facts", async () => {
    const request = await asked();
    notes.setNow("2026-11-02T17:30:00Z");
    const token2 = workspace.token("agent:writer", {
      run: { id: "run_1", workflow: "tidy", workflowHash: "abc" },
      lifetimeSeconds: 90_000,
    });
    expect(await asked({ token: token2 })).toBe(request);
    expect(statuses()).toHaveLength(1);
    expect(notes.entries({ outcome: "denied" }).map((entry) => entry.approval)).toEqual([request, request]);
  });

  it("asks nobody when as many of its caller's wait as may, until one is decided", async () => {
    const [second, third, fourth] = await Promise.all(
      ["y", "z", "w"].map(async (letter) =>
        String((await notes.result("add_note", { text: letter.repeat(60) }, { token })).id),
      ),
    );
    const first = await asked();
    for (const note of [second, third]) await asked({ token }, note);
    const before = contents(notes.reader);
    const { error } = await send({ token }, fourth);
    expect(error).toMatchObject({
      code: "LIMIT_EXCEEDED",
      message: "3 requests of agent:writer wait for approval already.",
      hint: expect.stringContaining("most_waiting"),
    });
    expect(contents(notes.reader)).toEqual(before);
    expect(notes.lastEntry()).toMatchObject({ outcome: "denied", decision: "deny", error: "LIMIT_EXCEEDED" });
    expect(statuses()).toHaveLength(3);
    // what was asked waits on, others may ask, and so may this caller once there is room
    expect(await asked()).toBe(first);
    await asked({ credential: await workspace.credential("client:desk") }, fourth);
    await maria.decide(first, "rejected");
    await asked({ token }, fourth);
  });

  it("asks nobody when its trial fails", async () => {
    const answer = await notes.call("boom", {}, { token });
    expect(answer.error?.code).toBe("INTERNAL");
    expect(notes.lastEntry()).toMatchObject({ outcome: "failed", decision: "none", error: "INTERNAL" });
    expect(statuses()).toEqual([]);
    expect(notes.notes()).toHaveLength(1);
  });
});

describe("an approval", () => {
  it("lets the very same call through, once, and the entry names it and the approver", async () => {
    const request = await asked();
    expect(await maria.decide(request, "approved", undefined, "as agreed")).toEqual({
      status: "approved",
      missing: [],
    });
    expect(notes.lastEntry()).toMatchObject({
      kind: "approval",
      tool: "ringmain.approve_call",
      principal: "user:maria",
      reason: "as agreed",
      approval: request,
      outcome: "done",
      changed: [["approval_request", request, 2]],
    });

    const answer = await send();
    expect(answer.error).toBeUndefined();
    expect(version()).toBe(2);
    expect(notes.lastEntry()).toMatchObject({
      seq: answer.entry,
      outcome: "done",
      decision: "allow",
      policies: ["notes.send_note", "ask-about-notes"],
      approval: request,
      approver: "user:maria",
      changed: [
        ["notes_note", id, 2],
        ["approval_request", request, 3],
      ],
    });
    expect(statuses()).toEqual([{ id: request, status: "used", version: 3, used_entry: answer.entry }]);

    // a second one asks anew
    expect(await asked()).not.toBe(request);
    expect(version()).toBe(2);
  });

  it("lets a call with a key through, whose repetition answers from its entry", async () => {
    const keyed = { token, key: "run_1/send" };
    await maria.decide(await asked(keyed));
    const first = await send(keyed);
    expect(first.error).toBeUndefined();
    const second = await send(keyed);
    expect(second).toMatchObject({ result: first.result, replayed: { entry: first.entry } });
    expect(version()).toBe(2);
    expect(statuses()).toHaveLength(1);
  });

  it("lets one of two calls through that are made at the same time", async () => {
    const request = await asked();
    await maria.decide(request);
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.filter(({ error }) => error === undefined)).toHaveLength(1);
    const others = answers.flatMap(({ error }) => (error === undefined ? [] : [error.code]));
    expect(others).toEqual(["APPROVAL_REQUIRED", "APPROVAL_REQUIRED"]);
    expect(version()).toBe(2);
    expect(statuses().map(({ status }) => status)).toEqual(["used", "pending"]);
  });

  it("lets one of two processes through", async () => {
    const request = await asked();
    await maria.decide(request);
    const other = await openNotes(workspace);
    const answers = await Promise.all([send(), other.call("send_note", { id }, { token })]);
    other[Symbol.dispose]();
    expect(answers.filter(({ error }) => error === undefined)).toHaveLength(1);
    expect(version()).toBe(2);
  });

  it.each<[string, () => Promise<CallExtras | undefined>]>([
    ["another note", async () => ({ token })],
    ["another key", async () => ({ token, key: "run_1/other" })],
    [
      "another run",
      async () => ({
        token: workspace.token("agent:writer", {
          run: { id: "run_2", workflow: "tidy", workflowHash: "abc" },
        }),
      }),
    ],
    ["another principal", async () => ({ credential: await workspace.credential("client:desk") })],
  ])("fits no other call: %s", async (what, extras) => {
    const request = await asked();
    await maria.decide(request);
    const { id: other } = await notes.result("add_note", { text: "y".repeat(60) }, { token });
    expect(await asked(await extras(), what === "another note" ? String(other) : id)).not.toBe(request);
    expect(version()).toBe(1);
    expect((await send()).error).toBeUndefined();
  });

  it("fits no other arguments under the same key, and a request that waits for the earlier ones is replaced", async () => {
    const link = async (to: string) => {
      const { error } = await notes.call("link_note", { from: "A-1", to }, { token, key: "run_1/link" });
      return error?.code === "APPROVAL_REQUIRED" ? String(approvalOf(error.details)) : error;
    };
    const first = String(await link("B-1"));
    const second = String(await link("B-2"));
    expect([statusOf(first), statusOf(second)]).toEqual(["superseded", "pending"]);
    await maria.decide(second);
    const third = String(await link("B-1"));
    expect([statusOf(second), statusOf(third)]).toEqual(["superseded", "pending"]);
    await maria.decide(third);
    expect(await link("B-1")).toBeUndefined();
    const links = notes.reader.prepare("SELECT to_ref FROM link").all();
    expect(links).toEqual([{ to_ref: "B-1" }]);
  });

  it("is void once the record changed, and the call asks anew", async () => {
    const request = await asked();
    await maria.decide(request);
    notes.reader.exec("UPDATE notes_note SET version = 7");
    const second = await asked();
    expect(second).not.toBe(request);
    expect([statusOf(request), statusOf(second)]).toEqual(["superseded", "pending"]);
    expect(version()).toBe(7);
    await maria.decide(second);
    expect((await send()).error).toBeUndefined();
    expect(version()).toBe(8);
  });

  it("is void once a fact changed, and a request that waits is replaced", async () => {
    const request = await asked();
    notes.reader.exec(`UPDATE notes_note SET text = '${"z".repeat(61)}'`);
    const second = await asked();
    expect([statusOf(request), statusOf(second)]).toEqual(["superseded", "pending"]);
    await expect(maria.decide(request)).rejects.toMatchObject({ code: "STATE_INVALID" });
  });

  it("holds until it expires and no longer", async () => {
    const request = await asked();
    const late = () =>
      workspace.token(
        "agent:writer",
        { run: { id: "run_1", workflow: "tidy", workflowHash: "abc" } },
        new Date("2026-11-05T07:30:00Z"),
      );
    await maria.decide(request);
    notes.setNow("2026-11-05T08:00:00Z");
    const second = await asked({ token: late() });
    expect([statusOf(request), statusOf(second)]).toEqual(["expired", "pending"]);
    await expect(maria.decide(request, "approved", new Date("2026-11-05T08:00:00Z"))).rejects.toMatchObject({
      code: "STATE_INVALID",
      message: expect.stringContaining("expired"),
    });
  });

  it("that nobody gave in time fails a call with a key for good", async () => {
    const request = await asked({ token, key: "run_1/send" });
    notes.setNow("2026-11-05T08:00:00Z");
    const run = { id: "run_1", workflow: "tidy", workflowHash: "abc" };
    const late = workspace.token("agent:writer", { run }, new Date("2026-11-05T07:30:00Z"));
    for (const _ of [1, 2]) {
      const { error, entry } = await send({ token: late, key: "run_1/send" });
      expect(error).toMatchObject({
        code: "APPROVAL_REJECTED",
        message: expect.stringContaining("expired at 2026-11-05 08:00 UTC"),
        details: { approval: request },
      });
      expect(notes.lastEntry()).toMatchObject({ seq: entry, outcome: "denied", approval: request });
    }
    expect(statuses()).toMatchObject([{ status: "expired", version: 2 }]);
  });

  it("stays unused when the call fails after all", async () => {
    const request = await asked();
    await maria.decide(request);
    notes.reader.exec(`CREATE TRIGGER notes_stop BEFORE UPDATE ON notes_note
      BEGIN SELECT raise(ABORT, 'not now'); END`);
    expect((await send()).error?.code).toBe("INTERNAL");
    expect(statusOf(request)).toBe("approved");
    notes.reader.exec("DROP TRIGGER notes_stop");
    expect((await send()).error).toBeUndefined();
  });

  it("of several roles takes a member of each", async () => {
    const { id: long } = await notes.result("add_note", { text: "x".repeat(95) }, { token });
    const request = await asked({ token }, String(long));
    expect(await maria.decide(request)).toEqual({ status: "pending", missing: ["owner"] });
    expect(await asked({ token }, String(long))).toBe(request);
    await expect(maria.decide(request)).rejects.toMatchObject({ code: "STATE_INVALID" });
    const olga = await enrolledApprover(workspace, "user:olga");
    // with another key maria's first yes is void, and she may give it again
    notes.reader.exec("UPDATE approval_approver SET revoked_at = '2026' WHERE principal = 'user:maria'");
    expect(await olga.decide(request)).toEqual({ status: "pending", missing: ["editors"] });
    const anew = await enrolledApprover(workspace, "user:maria");
    expect(await anew.decide(request)).toEqual({ status: "approved", missing: [] });
    expect((await send({ token }, String(long))).error).toBeUndefined();
    expect(notes.lastEntry()?.approver).toBe("user:maria, user:olga");
  });
});

describe("a rejection", () => {
  it("fails a call with a key for good", async () => {
    const request = await asked({ token, key: "run_1/send" });
    expect(await maria.decide(request, "rejected", undefined, "no")).toMatchObject({ status: "rejected" });
    for (const now of ["2026-11-02T08:01:00Z", "2026-11-09T08:00:00Z"]) {
      notes.setNow(now);
      const run = { id: "run_1", workflow: "tidy", workflowHash: "abc" };
      const { error } = await send({
        token: workspace.token("agent:writer", { run }, new Date(now)),
        key: "run_1/send",
      });
      expect(error).toMatchObject({ code: "APPROVAL_REJECTED", details: { approval: request } });
      expect(notes.lastEntry()).toMatchObject({ outcome: "denied", decision: "deny", approval: request });
    }
    expect(version()).toBe(1);
  });

  it("fails the same call without a key until it expires, which then asks anew", async () => {
    const credential = await workspace.credential("client:desk");
    const request = await asked({ credential });
    await maria.decide(request, "rejected");
    expect((await send({ credential })).error?.code).toBe("APPROVAL_REJECTED");
    notes.setNow("2026-11-05T08:00:00Z");
    expect(await asked({ credential })).not.toBe(request);
  });
});

describe("who may approve", () => {
  const refused = (decided: Promise<unknown>, message: string) =>
    expect(decided).rejects.toMatchObject({
      code: "POLICY_DENIED",
      message: expect.stringContaining(message),
    });

  it("is not the requester, which is recorded", async () => {
    const own = workspace.token("user:maria", { roles: ["editors"] });
    const request = await asked({ token: own });
    await refused(maria.decide(request), "user:maria asked for");
    expect(notes.lastEntry()).toMatchObject({
      kind: "approval",
      outcome: "denied",
      error: "POLICY_DENIED",
      approval: request,
      changed: [],
    });
    const joe = await enrolledApprover(workspace, "user:joe");
    await joe.decide(request);
    expect((await send({ token: own })).error).toBeUndefined();
  });

  it("is not who started the run that asks", async () => {
    await appendStart("run_1", "user:maria");
    const request = await asked({ token, key: "run_1/send" });
    await refused(maria.decide(request), "user:maria started the run");
    const joe = await enrolledApprover(workspace, "user:joe");
    await joe.decide(request);
    expect((await send({ token, key: "run_1/send" })).error).toBeUndefined();
  });

  it("is a member of the role that is asked", async () => {
    const request = await asked();
    const olga = await enrolledApprover(workspace, "user:olga");
    await refused(olga.decide(request), "user:olga is not of editors");
    expect(statusOf(request)).toBe("pending");
  });

  it("is nobody who is paused", async () => {
    const request = await asked();
    notes.reader.exec("INSERT INTO identity_pause VALUES ('user:maria', '2026', 'user:joe', NULL)");
    await expect(maria.decide(request)).rejects.toMatchObject({ code: "PAUSED" });
    notes.reader.exec("DELETE FROM identity_pause");
  });
});

describe("rows made by hand approve nothing", () => {
  /** A decision row as somebody with the database could write it. */
  function forge(
    request: string,
    approver: string,
    keyId: string,
    signature: string,
    at = "2026-11-02T08:00:00.000Z",
  ) {
    notes.reader
      .prepare("INSERT INTO approval_decision VALUES (?, ?, 'approved', ?, ?, NULL, ?, NULL)")
      .run(request, approver, keyId, at, signature);
    notes.reader.prepare("UPDATE approval_request SET status = 'approved' WHERE id = ?").run(request);
  }

  /** The signature of maria over a request's own row, but for what is changed. */
  function signed(
    request: string,
    change: Record<string, string> = {},
    approver = "user:maria",
    key = maria.key.privateKey,
  ) {
    const row = notes.reader.prepare("SELECT * FROM approval_request WHERE id = ?").get(request) ?? {};
    const text = (name: string) => String(change[name] ?? row[name]);
    return signStatement(
      {
        request: text("id"),
        call: {
          tool: text("tool"),
          principal: text("principal"),
          run: row.run === null ? undefined : String(row.run),
          argumentsHash: text("arguments_hash"),
          factsHash: text("facts_hash"),
        },
        decision: "approved",
        approver,
        decidedAt: "2026-11-02T08:00:00.000Z",
        expiresAt: text("expires_at"),
      },
      key,
    );
  }

  async function expectVoid(request: string): Promise<void> {
    expect(await asked()).not.toBe(request);
    expect(version()).toBe(1);
    expect(statusOf(request)).toBe("superseded");
  }

  it("the control: a row with maria's true signature does", async () => {
    const request = await asked();
    forge(request, "user:maria", maria.key.id, signed(request));
    expect((await send()).error).toBeUndefined();
  });

  it("a status without a decision", async () => {
    const request = await asked();
    notes.reader.exec("UPDATE approval_request SET status = 'approved'");
    await expectVoid(request);
  });

  it.each([
    ["no signature", () => ""],
    ["a signature that is none", () => Buffer.alloc(64).toString("base64")],
    ["a signature for another request", (request: string) => signed(request, { id: "apr_0" })],
    ["a signature for other arguments", (request: string) => signed(request, { arguments_hash: "0" })],
    ["a signature for other facts", (request: string) => signed(request, { facts_hash: "0" })],
    ["a signature for another tool", (request: string) => signed(request, { tool: "notes.boom" })],
    ["a signature for another caller", (request: string) => signed(request, { principal: "client:desk" })],
    ["a signature in another name", (request: string) => signed(request, {}, "user:joe")],
  ])("a decision with %s", async (_what, signature) => {
    const request = await asked();
    forge(request, "user:maria", maria.key.id, signature(request));
    await expectVoid(request);
  });

  it("an approval whose expiry was put off", async () => {
    const request = await asked();
    await maria.decide(request);
    notes.reader.exec("UPDATE approval_request SET expires_at = '2027-01-01T00:00:00.000Z'");
    await expectVoid(request);
  });

  it("a key that nobody enrolled", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const own = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const enrol = notes.reader.prepare(
      `INSERT INTO approval_approver (id, principal, public_key, enrolled_at, enrolled_by, entry)
       VALUES (?, 'user:joe', ?, '2026', 'user:joe', ?)`,
    );
    // with maria's enrolment as its own, with no entry, with an entry of something else
    for (const entry of [1, null, 2]) {
      const request = await asked();
      notes.reader.exec("DELETE FROM approval_approver WHERE principal = 'user:joe'");
      enrol.run(keyId(pem), pem, entry);
      forge(request, "user:joe", keyId(pem), signed(request, {}, "user:joe", own));
      await expectVoid(request);
    }
  });

  it("a key lent to another name", async () => {
    const request = await asked();
    notes.reader.exec("UPDATE approval_approver SET principal = 'user:joe'");
    forge(request, "user:joe", maria.key.id, signed(request, {}, "user:joe"));
    await expectVoid(request);
  });

  it("an approval by a key that was revoked since", async () => {
    const request = await asked();
    await maria.decide(request);
    notes.reader.exec("UPDATE approval_approver SET revoked_at = '2026-11-02T08:00:00.000Z'");
    await expectVoid(request);
  });

  it("an approval by the requester", async () => {
    const own = workspace.token("user:maria", { roles: ["editors"] });
    const request = await asked({ token: own });
    forge(request, "user:maria", maria.key.id, signed(request));
    expect(await asked({ token: own })).not.toBe(request);
    expect(version()).toBe(1);
  });

  it("an approval by a person without the role, or by the starter of the run", async () => {
    const request = await asked();
    notes.reader.exec(`UPDATE approval_request SET asks = replace(asks, 'editors', 'owner')`);
    const olga = await enrolledApprover(workspace, "user:olga");
    await olga.decide(request);
    await expectVoid(request);

    const second = await asked();
    await maria.decide(second);
    await appendStart("run_1", "user:maria");
    await expectVoid(second);
  });
});

/** The entry by which the engine records who started a run. */
async function appendStart(run: string, principal: string): Promise<void> {
  const database = new DatabaseSync(workspace.databasePath);
  const appender = createAppender(database, ensureWriterKey(workspace.stateDir));
  await transact(database, () => {
    appender.load();
    appender.append(entryOf({ kind: "run", tool: "ringmain.start_run", principal, run }));
    appender.store();
  });
  database.close();
}
