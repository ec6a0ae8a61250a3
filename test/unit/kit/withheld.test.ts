import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { definition as accounting } from "../../../servers/accounting/definition.ts";
import { seed as seedAccounting } from "../../../servers/accounting/seed.ts";
import { definition as crm } from "../../../servers/crm/definition.ts";
import { seed as seedCrm } from "../../../servers/crm/seed.ts";
import { completedCallsReader } from "../../../src/audit/completed-calls.ts";
import { lastEntries } from "../../../src/audit/read.ts";
import { verifyTrail } from "../../../src/audit/verify.ts";
import { approvalOf } from "../../../src/core/call-meta.ts";
import { enrolledApprover } from "../../fixtures/kit/approver.ts";
import type { CallExtras } from "../../fixtures/kit/open-notes.ts";
import { openSample, type Sample, sampleDay } from "../../fixtures/kit/open-sample.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const nina = "usr_nina";
const policies = {
  limits: `
    @id("own-records") @records forbid (principal == Agent::"own", action == Action::"crm.search_records", resource)
    unless { resource.owner.id == "${nina}" };
    @id("own-record") forbid (principal == Agent::"own", action in [Action::"crm.get_record", Action::"crm.get_deal"], resource)
    unless { resource.owner_id == "${nina}" };
    @id("own-debtors") @records forbid (principal == Agent::"own", action == Action::"accounting.aged_receivables", resource)
    unless { resource.customer_id == "none" };
    @id("no-numbers") @records forbid (principal == Agent::"own", action == Action::"accounting.list_invoices", resource)
    when { resource.days_overdue > 30 };
    @id("no-people") @mask("personal") forbid (principal == Agent::"masked", action, resource);
    @id("no-people-either") @mask("personal") forbid (principal == Agent::"asking", action, resource);
    @id("ask") @approval("editors") forbid (principal == Agent::"asking", action == Action::"crm.upsert_owner", resource);
    @id("not-of-companies") @mask("personal") forbid (principal == Agent::"some", action == Action::"crm.get_record", resource)
    when { resource.type == "contact" };
    @id("no-such-mark") @mask("personel") forbid (principal == Agent::"broken", action == Action::"crm.list_owners", resource);
    @id("errs") @mask("personal") forbid (principal == Agent::"broken", action == Action::"crm.search_records", resource)
    when { context.arguments.limit * 9223372036854775807 > 0 };
    @id("errs-later") @records forbid (principal == Agent::"broken", action == Action::"crm.list_due_followups", resource)
    when { resource.days_overdue * 9223372036854775807 > 0 };
    @id("no-items") @records forbid (principal == Agent::"broken", action == Action::"crm.get_deal", resource)
    when { resource.region == "north" };`,
};
const tools = ["crm.*", "crm.upsert_company", "crm.upsert_contact", "crm.upsert_owner", "accounting.*"];

let workspace: TemporaryWorkspace;
let server: Sample;
let books: Sample;
let reader: DatabaseSync;

beforeAll(async () => {
  const agents = Object.fromEntries(
    ["own", "masked", "some", "broken", "asking", "all"].map((name) => [name, { tools }]),
  );
  workspace = await temporaryWorkspace({
    agents,
    policies,
    roles: { editors: { tools: [], members: ["maria"] } },
  });
  server = await openSample(workspace, crm, seedCrm);
  books = await openSample(workspace, accounting, seedAccounting);
  reader = new DatabaseSync(workspace.databasePath);
});

afterAll(() => {
  reader.close();
  server[Symbol.dispose]();
  books[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

async function ask(agent: string, tool: string, args: unknown, extras: CallExtras = {}, from = server) {
  const run = { id: "run_1", workflow: "w", workflowHash: "h", writes: undefined };
  const token = await workspace.token(`agent:${agent}`, { run });
  const answer = await from.ask(tool, args, { ...extras, token });
  return { ...answer, result: JSON.parse(answer.result ?? "null") };
}

async function everyItem(agent: string, tool: string, args: object, from = server) {
  const found: { id: string; owner: { id: string } }[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const { result } = await ask(agent, tool, { ...args, ...(cursor && { cursor }) }, {}, from);
    found.push(...result.items);
    cursor = result.next_cursor;
    pages += 1;
  } while (cursor !== undefined);
  return { found, pages };
}

const lastEntry = () => lastEntries(reader, {}, 1)[0];

it("withholds the same of an answer that a person's approval lets out", async () => {
  const args = { name: "Ada Nord", email: "ada@nordwind.example" };
  const asked = await ask("asking", "upsert_owner", args);
  expect(asked.error?.code).toBe("APPROVAL_REQUIRED");
  const maria = await enrolledApprover(workspace, "user:maria", sampleDay);
  await maria.decide(String(approvalOf(asked.error?.details)));
  const { error, result } = await ask("asking", "upsert_owner", args);
  expect(error).toBeUndefined();
  expect(JSON.stringify(result)).not.toContain("ada@nordwind.example");
  expect(lastEntry()).toMatchObject({ approver: "user:maria", withheld: ["personal"] });
});

describe("@records", () => {
  it.each(["company", "contact", "lead", "deal"])(
    "leaves out exactly the forbidden %s items, over all pages",
    async (type) => {
      const args = { type, limit: 7 };
      const all = await everyItem("all", "search_records", args);
      const own = await everyItem("own", "search_records", args);
      expect(own.found).toEqual(all.found.filter(({ owner }) => owner.id === nina));
      expect(own.pages).toBe(all.pages);
      expect(own.found.length).toBeGreaterThan(0);
      expect(own.found.length).toBeLessThan(all.found.length);
    },
  );

  it("is allowed in the trail, which keeps the whole result and says that some was withheld", async () => {
    const { entry, result } = await ask("own", "search_records", { type: "deal" });
    expect(lastEntry()).toMatchObject({
      decision: "allow",
      outcome: "done",
      policies: ["crm.*", "own-records"],
      withheld: ["records"],
    });
    const kept = reader.prepare("SELECT result FROM audit_payload WHERE seq = ?").get(entry);
    expect(JSON.parse(String(kept?.result)).items.length).toBeGreaterThan(result.items.length);
  });

  it("withholds totals that are counted over what is left out", async () => {
    const { result } = await ask("own", "aged_receivables", {}, {}, books);
    expect(result).toMatchObject({ items: [], totals: [], as_of: "2026-11-02" });
    const whole = await ask("all", "aged_receivables", {}, {}, books);
    expect(whole.result.totals.length).toBeGreaterThan(0);
  });

  it("judges the resources of a list, too, and lets nothing be read past it", async () => {
    const token = await workspace.token("agent:own");
    const listed = await server.ask("resource_list:deal", {}, { token }, true);
    const { items } = JSON.parse(listed.result ?? "");
    expect(new Set(items.map((item: { owner: { id: string } }) => item.owner.id))).toEqual(new Set([nina]));
    const past = await books.ask("completion:resource_invoice_number", { typed: "" }, { token }, true);
    expect(past.error).toMatchObject({ code: "POLICY_DENIED" });
  });

  it("goes with plain rules over the facts of one record", async () => {
    const own = reader.prepare("SELECT ref FROM crm_deal WHERE owner_id = ?").get(nina);
    const other = reader.prepare("SELECT ref FROM crm_deal WHERE owner_id <> ?").get(nina);
    expect((await ask("own", "get_deal", { id: own?.ref })).error).toBeUndefined();
    expect((await ask("own", "get_deal", { id: other?.ref })).error).toMatchObject({ code: "POLICY_DENIED" });
    const record = { type: "deal", id: other?.ref };
    expect((await ask("own", "get_record", record)).error).toMatchObject({ code: "POLICY_DENIED" });
  });
});

describe("@mask", () => {
  const email = "new.person@example.com";

  it("masks a replay for each caller by the policies of now, and its stored result stays whole", async () => {
    const args = { name: "New Person", email };
    const extras = { once: "person/1", step: "add" };
    const first = await ask("all", "upsert_contact", args, extras);
    expect(first.result).toMatchObject({ name: "New Person", email });
    const again = await ask("masked", "upsert_contact", args, extras);
    expect(again).toMatchObject({ replayed: { entry: first.entry }, result: { name: "[masked]" } });
    expect(again.result).not.toHaveProperty("email");
    expect(lastEntry()).toMatchObject({ outcome: "replayed", withheld: ["personal"] });
    expect((await ask("all", "upsert_contact", args, extras)).result).toEqual(first.result);
  });

  it("answers the same again to the same caller and key, and a run does not read past it in its journal", async () => {
    const args = { name: "Other Person", email: "other.person@example.com" };
    const extras = { key: "run_1/other", step: "other" };
    const first = await ask("masked", "upsert_contact", args, extras);
    const again = await ask("masked", "upsert_contact", args, extras);
    expect(again.result).toEqual(first.result);
    expect(first.result).toMatchObject({ name: "[masked]", created: true });
    const journal = completedCallsReader(reader)("run_1");
    expect(journal.some(({ step }) => step === "other")).toBe(false);
    expect(journal.some(({ step }) => step === "add")).toBe(true);
  });

  it("holds under the conditions of its policy only, replays included", async () => {
    const contact = reader.prepare("SELECT ref, name FROM crm_contact").get();
    const company = reader.prepare("SELECT ref FROM crm_company").get();
    const masked = await ask(
      "some",
      "get_record",
      { type: "contact", id: contact?.ref },
      { key: "run_1/k1" },
    );
    expect(masked.result.record.name).toBe("[masked]");
    const whole = await ask("some", "get_record", { type: "company", id: company?.ref }, { key: "run_1/k2" });
    expect(whole.result.record.owner.name).not.toBe("[masked]");
    expect(lastEntry()?.withheld).toBeUndefined();
    const again = await ask("some", "get_record", { type: "company", id: company?.ref }, { key: "run_1/k2" });
    expect(again.result).toEqual(whole.result);
  });

  it("withholds all that it could from a replay whose record is gone, since its conditions cannot be told", async () => {
    const company = { name: "Gone Boats", domain: "gone-boats.example" };
    const { result: added } = await ask("all", "upsert_company", company);
    const args = { type: "company", id: added.ref };
    const first = await ask("some", "get_record", args, { key: "run_1/gone" });
    expect(first.result.record.owner.name).not.toBe("[masked]");
    const remove = new DatabaseSync(workspace.databasePath);
    remove.prepare("DELETE FROM crm_company WHERE id = ?").run(added.id);
    remove.close();
    const again = await ask("some", "get_record", args, { key: "run_1/gone" });
    expect(again).toMatchObject({ replayed: { entry: first.entry } });
    expect(again.result.record).toMatchObject({ name: "Gone Boats", owner: { name: "[masked]" } });
  });

  it("keeps records out of errors", async () => {
    const owner = reader.prepare("SELECT name, email FROM crm_owner").get();
    const args = { name: "Changed", email: owner?.email, expected_version: 99 };
    const open = await ask("all", "upsert_owner", args);
    expect(open.error?.hint).toContain(String(owner?.name));
    const masked = await ask("masked", "upsert_owner", args);
    expect(masked.error?.code).toBe("CONFLICT");
    expect(`${masked.error?.message} ${masked.error?.hint}`).not.toContain(String(owner?.name));
    expect(masked.error?.hint).toContain("list_owners shows it as it is now");
    expect(masked.error?.hint).toContain("expected_version 1");
  });
});

describe("a broken rule refuses rather than shows", () => {
  it.each([
    ["with a mark that there is not", "list_owners", {}, "no-such-mark"],
    ["whose conditions err", "search_records", { type: "deal" }, "errs"],
    ["whose conditions err for an item", "list_due_followups", { due_by: "2199-12-31" }, "errs-later"],
    ["about items where there are none", "get_deal", { id: "DEAL-0001" }, "no-items"],
  ])("%s", async (_what, tool, args, policy) => {
    const { error, result } = await ask("broken", tool, args);
    expect(error).toMatchObject({ code: "POLICY_DENIED" });
    expect(error?.message).toContain(policy);
    expect(result).toBeNull();
    expect(lastEntry()).toMatchObject({ outcome: "denied" });
    expect((await ask("all", tool, args)).error).toBeUndefined();
  });
});

describe("a search", () => {
  it("does not tell by what it finds what the caller does not see", async () => {
    const contact = reader.prepare("SELECT ref, email, name FROM crm_contact WHERE email IS NOT NULL").get();
    for (const query of [contact?.email, contact?.name]) {
      for (const type of ["contact", "lead", "deal"]) {
        const { result } = await ask("masked", "search_records", { type, query });
        expect(result.items, `${type} ${query}`).toEqual([]);
      }
      const open = await ask("all", "search_records", { type: "contact", query });
      expect(open.result.items).toHaveLength(1);
    }
    const byRef = await ask("masked", "search_records", { type: "contact", query: contact?.ref });
    expect(byRef.result.items).toMatchObject([{ ref: contact?.ref, name: "[masked]" }]);
  });

  it("of a completion tells no more", async () => {
    const contact = reader.prepare("SELECT name FROM crm_contact WHERE email IS NOT NULL").get();
    const found = async (agent: string) => {
      const token = workspace.token(`agent:${agent}`);
      const { result } = await server.ask(
        "completion:resource_contact_id",
        { typed: String(contact?.name) },
        { token },
        true,
      );
      return JSON.parse(result ?? "").values;
    };
    expect(await found("all")).toHaveLength(1);
    expect(await found("masked")).toEqual([]);
  });

  it("of customers leaves their people out, too", async () => {
    const row = reader.prepare("SELECT email, name FROM accounting_customer WHERE email IS NOT NULL").get();
    const by = async (agent: string, query: unknown) =>
      (await ask(agent, "search_customers", { query }, {}, books)).result.items.length;
    expect([await by("masked", row?.email), await by("all", row?.email)]).toEqual([0, 1]);
    expect(await by("masked", row?.name)).toBeGreaterThan(0);
  });
});

it("leaves a trail that verifies", () => {
  expect(verifyTrail(reader)).toMatchObject({ faults: [] });
});
