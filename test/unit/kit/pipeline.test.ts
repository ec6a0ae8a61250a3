import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const writer = [
  "notes.*",
  "notes.add_note",
  "notes.send_note",
  "notes.boom",
  "notes.bad_output",
  "notes.big_result",
];

const policies = {
  notes: `
    @id("no-long-notes") forbid (principal, action == Action::"notes.send_note", resource)
    when { resource.length > 100 };
    @id("ask-about-notes") @approval("editors") forbid (principal, action == Action::"notes.send_note", resource)
    when { resource.length > 50 };`,
};

let workspace: TemporaryWorkspace;
let notes: Notes;
let token: string;

beforeEach(async () => {
  workspace = await temporaryWorkspace({
    agents: { writer: { tools: writer }, reader: { tools: ["notes.*"] } },
    clients: { desk: { tools: ["notes.add_note"] } },
    roles: { owner: { tools: ["notes.add_note"], members: ["maria"] } },
    policies,
  });
  notes = await openNotes(workspace);
  const run = { id: "run_1", workflow: "tidy", workflowHash: "abc", writes: undefined };
  token = await workspace.token("agent:writer", { run });
});

afterEach(() => {
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

describe("a call that is allowed", () => {
  it("commits its effect, its entry and its payload together, and answers with all of them on the disk", async () => {
    const answer = await notes.call("add_note", { text: "hello" }, { token, key: "run_1/a", step: "a" });
    expect(answer).toMatchObject({ entry: 1, policies: ["notes.add_note"] });
    const { id } = JSON.parse(answer.result ?? "null");
    expect(notes.notes()).toEqual(["hello"]);
    expect(notes.lastEntry()).toMatchObject({
      seq: 1,
      time: "2026-11-02T08:00:00.000Z",
      kind: "call",
      principal: "agent:writer",
      verified_by: "run_token",
      client: "test/1",
      server: "notes",
      tool: "notes.add_note",
      effect: "create",
      decision: "allow",
      policies: ["notes.add_note"],
      outcome: "done",
      run: "run_1",
      workflow: "tidy",
      workflow_hash: "abc",
      step: "a",
      key: "run_1/a",
      tool_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      changed: [["notes_note", id, 1]],
    });
    const sent = '{"pinned":false,"text":"hello"}';
    expect(notes.payload(1)).toEqual({ arguments: sent, facts: null, result: answer.result });
    expect(notes.verify()).toMatchObject({ entries: 1, faults: [] });
  });

  it("is made as the person or client that its token or credential vouches for", async () => {
    const person = await workspace.token("user:maria", { roles: ["owner"] });
    const credential = await workspace.credential("client:desk");
    await notes.result("add_note", { text: "by a person" }, { token: person });
    await notes.result("add_note", { text: "by a client" }, { credential });
    expect(notes.entries().map((entry) => [entry.principal, entry.verified_by])).toEqual([
      ["user:maria", "runner_token"],
      ["client:desk", "credential"],
    ]);
  });

  it("reads pages by cursor until there are no more", async () => {
    for (const text of ["a", "b", "c"]) await notes.result("add_note", { text }, { token });
    const first = await notes.result("list_notes", { limit: 2 }, { token });
    const second = await notes.result("list_notes", { limit: 2, cursor: first.next_cursor }, { token });
    expect([first.items, second.items]).toMatchObject([[{ text: "a" }, { text: "b" }], [{ text: "c" }]]);
    expect(second.next_cursor).toBeUndefined();
    await expect(notes.result("list_notes", { cursor: "Zm9v" }, { token })).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });

  it("names the policies that looked at it beside the grant", async () => {
    const { id } = await notes.result("add_note", { text: "short" }, { token });
    await notes.result("send_note", { id }, { token });
    const { policies, changed } = notes.lastEntry() ?? {};
    expect(policies).toEqual(["notes.send_note", "no-long-notes", "ask-about-notes"]);
    expect(changed).toEqual([["notes_note", id, 2]]);
  });

  it("keeps the facts that policies saw in its payload, also when they refuse it", async () => {
    const { id } = await notes.result("add_note", { text: "short" }, { token });
    const { id: long } = await notes.result("add_note", { text: "x".repeat(101) }, { token });
    const sent = await notes.call("send_note", { id }, { token });
    const refused = await notes.call("send_note", { id: long }, { token });
    expect(refused.error?.code).toBe("POLICY_DENIED");
    expect([sent, refused].map(({ entry }) => notes.payload(entry)?.facts)).toEqual([
      '{"hour":8,"length":5}',
      '{"hour":8,"length":101}',
    ]);
    expect(notes.entries().map((entry) => entry.facts_commitment !== undefined)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(notes.verify().faults).toEqual([]);
  });
});

describe("a call that is not made is recorded, leaves no effect, and says why", () => {
  const note = { text: "hello" };

  it.each([
    ["unknown tool", "ad_note", note, "NOT_FOUND", "failed", "none", 'Did you mean "add_note"?'],
    ["invalid argument", "add_note", { text: 5 }, "INPUT_INVALID", "failed", "none", "schema"],
    ["unknown argument", "add_note", { ...note, x: 1 }, "INPUT_INVALID", "failed", "none", "schema"],
    ["arguments that are no object", "add_note", [note], "INPUT_INVALID", "failed", "none", "schema"],
    [
      "a record that is not there",
      "send_note",
      { id: "note_0" },
      "NOT_FOUND",
      "failed",
      "none",
      "list_notes",
    ],
    ["a foreign error", "boom", {}, "INTERNAL", "failed", "allow", "Nothing was changed"],
    ["a wrong result", "bad_output", {}, "INTERNAL", "failed", "allow", "Nothing was changed"],
    [
      "a result too large",
      "big_result",
      { length: 2 ** 20 },
      "STATE_INVALID",
      "failed",
      "allow",
      "smaller limit",
    ],
  ])("%s", async (_what, tool, args, code, outcome, decision, hint) => {
    const answer = await notes.call(tool, args, { token, key: "run_1/k" });
    expect(answer.error).toMatchObject({ code, hint: expect.stringContaining(hint) });
    expect(answer.result).toBeUndefined();
    expect(notes.lastEntry()).toMatchObject({
      seq: answer.entry,
      principal: "agent:writer",
      tool: `notes.${tool}`,
      error: code,
      outcome,
      decision,
      changed: [],
      key: "run_1/k",
    });
    expect(notes.payload(answer.entry)).toMatchObject({ arguments: expect.any(String), result: null });
    expect(notes.notes()).toEqual([]);
    expect(notes.verify().faults).toEqual([]);
  });

  it("counts the bytes of a result, not its letters", async () => {
    const fits = await notes.call("big_result", { length: 340_000, character: "€" }, { token });
    const tooLarge = await notes.call("big_result", { length: 360_000, character: "€" }, { token });
    expect([fits.error, tooLarge.error]).toMatchObject([undefined, { code: "STATE_INVALID" }]);
  });

  it("lets no text of a foreign error out, neither to the caller nor into the trail, and logs it under an id", async () => {
    const boom = await notes.call("boom", {}, { token });
    const wrong = await notes.call("bad_output", {}, { token });
    const told = JSON.stringify([
      boom.error?.message,
      boom.error?.hint,
      wrong.error?.message,
      notes.entries(),
    ]);
    expect(told).not.toMatch(/hunter2|secret|expected string/);
    expect(notes.logged).toHaveLength(2);
    expect(boom.error?.message).toContain(notes.logged[0]?.id);
    expect(String(notes.logged[0]?.error)).toContain("hunter2");
  });

  it("without a grant", async () => {
    const reader = await workspace.token("agent:reader");
    const answer = await notes.call("add_note", note, { token: reader });
    expect(answer.error).toMatchObject({
      code: "POLICY_DENIED",
      hint: "Add notes.add_note to tools: in agents/reader.md.",
    });
    expect(notes.lastEntry()).toMatchObject({
      outcome: "denied",
      decision: "deny",
      policies: [],
      principal: "agent:reader",
    });
    expect(notes.notes()).toEqual([]);
  });

  it("by a policy, and by a rule that asks for an approval", async () => {
    const { id: long } = await notes.result("add_note", { text: "x".repeat(101) }, { token });
    const { id: middling } = await notes.result("add_note", { text: "x".repeat(51) }, { token });
    const denied = await notes.call("send_note", { id: long }, { token });
    expect(denied).toMatchObject({
      error: { code: "POLICY_DENIED" },
      policies: expect.arrayContaining(["no-long-notes"]),
    });
    const asked = await notes.call("send_note", { id: middling }, { token });
    expect(asked).toMatchObject({ error: { code: "APPROVAL_REQUIRED" }, policies: ["ask-about-notes"] });
    expect(
      notes.entries({ outcome: "denied" }).map((entry) => [entry.error, entry.decision, entry.policies]),
    ).toEqual([
      ["POLICY_DENIED", "deny", denied.policies],
      ["APPROVAL_REQUIRED", "deny", ["ask-about-notes"]],
    ]);
    const versions = notes.reader.prepare("SELECT DISTINCT version FROM notes_note").all();
    expect(versions).toEqual([{ version: 1 }]);
  });

  it("without a token, with a forged, an expired or a mangled one", async () => {
    using elsewhere = await temporaryWorkspace();
    const expired = await workspace.token("agent:writer", { lifetimeSeconds: -1 });
    const forged = await elsewhere.token("agent:writer");
    const answers = [
      await notes.call("add_note", note),
      await notes.call("add_note", note, { token: forged }),
      await notes.call("add_note", note, { token: expired }),
      await notes.call("add_note", note, { token: `${token}x` }),
      await notes.call("add_note", note, { token: "" }),
      await notes.call("add_note", note, { credential: "rmc_000000000000_" }),
    ];
    expect(new Set(answers.map((answer) => answer.error?.code))).toEqual(new Set(["POLICY_DENIED"]));
    const reasons = notes.entries().map((entry) => {
      expect(entry).toMatchObject({
        principal: "client:anonymous",
        verified_by: "none",
        outcome: "denied",
        decision: "deny",
      });
      return entry.reason;
    });
    expect(reasons).toEqual([
      "client:anonymous has no grant for notes.add_note: the call brought no credential.",
      "The token is not one that this workspace signed.",
      "The token has expired.",
      "The token is not one that this workspace signed.",
      "The token is not one that this workspace signed.",
      "The credential in RINGMAIN_TOKEN is not one of this workspace.",
    ]);
    expect(notes.notes()).toEqual([]);
  });

  it("by the pause of its principal, and of the whole ring, until it is lifted", async () => {
    const pause = notes.reader.prepare(
      "INSERT INTO identity_pause (principal, paused_at, paused_by) VALUES (?, '2026-11-02T08:00:00Z', 'user:maria')",
    );
    pause.run("agent:writer");
    const one = await notes.call("add_note", note, { token });
    notes.reader.exec("DELETE FROM identity_pause");
    pause.run("*");
    const all = await notes.call("list_notes", {}, { token });
    notes.reader.exec("DELETE FROM identity_pause");
    expect([one.error, all.error]).toMatchObject([
      {
        code: "PAUSED",
        message: "agent:writer is paused.",
        hint: expect.stringContaining("resume agent:writer"),
      },
      {
        code: "PAUSED",
        message: "The whole workspace is paused.",
        hint: expect.stringContaining("resume --all"),
      },
    ]);
    expect(notes.entries().map((entry) => [entry.outcome, entry.decision])).toEqual([
      ["denied", "deny"],
      ["denied", "deny"],
    ]);
    await notes.result("add_note", note, { token });
  });

  it("by the revocation of its credential while it waited for its transaction", async () => {
    const credential = await workspace.credential("client:desk");
    await notes.result("add_note", note, { credential });
    notes.reader.exec(
      "BEGIN IMMEDIATE; UPDATE identity_credential SET revoked_at = '2026-11-02T08:00:00.000Z'",
    );
    const waiting = notes.call("add_note", { text: "too late" }, { credential });
    await new Promise(setImmediate);
    notes.reader.exec("COMMIT");
    const { error } = await waiting;
    expect(error).toMatchObject({
      code: "POLICY_DENIED",
      message: expect.stringMatching(
        /^The credential in RINGMAIN_TOKEN \([0-9a-f]{12} of client:desk\) was revoked\.$/,
      ),
    });
    // it was verified before: the first look found nothing wrong
    expect(notes.lastEntry()).toMatchObject({
      principal: "client:desk",
      verified_by: "credential",
      outcome: "denied",
    });
    expect(notes.notes()).toEqual([note.text]);
  });

  it("also when its arguments cannot be written down, or are too long to be kept", async () => {
    let deep: unknown = {};
    for (let depth = 0; depth < 50_000; depth += 1) deep = [deep];
    const nested = await notes.call("add_note", { text: deep }, { token });
    const long = await notes.call("add_note", { text: "x".repeat(100_000) }, { token });
    expect([nested.error?.code, long.error?.code]).toEqual(["INPUT_INVALID", "INPUT_INVALID"]);
    expect(notes.payload(nested.entry)?.arguments).toContain("omitted");
    expect(notes.payload(long.entry)).toMatchObject({ arguments: '{"length":100011,"omitted":"too long"}' });
    expect(notes.verify().faults).toEqual([]);
  });

  it("with a tool name of any length kept short in the trail", async () => {
    await notes.call("x".repeat(10_000), {}, { token });
    expect(notes.lastEntry()?.tool).toHaveLength("notes.".length + 100);
  });
});

describe("a query that a handler does not wait for", () => {
  it.each(["forgotten", "beside_failure"])(
    "has no effect, now or later, and fails the call: %s",
    async (how) => {
      using own = await temporaryWorkspace({
        agents: { writer: { tools: ["notes.leave_behind", "notes.add_note"] } },
      });
      using server = await openNotes(own);
      const token = await own.token("agent:writer");
      const [left, next] = await Promise.all([
        server.call("leave_behind", { how }, { token }),
        server.call("add_note", { text: "next" }, { token }),
      ]);
      expect(left.error?.code).toBe("INTERNAL");
      expect(next.error).toBeUndefined();
      await server.result("add_note", { text: "last" }, { token });
      expect(server.notes()).toEqual(["next", "last"]);
      expect(server.entries().map((entry) => entry.changed.length)).toEqual([0, 1, 1]);
    },
  );
});
