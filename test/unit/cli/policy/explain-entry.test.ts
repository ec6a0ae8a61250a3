import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pc from "picocolors";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { definition } from "../../../../servers/accounting/definition.ts";
import { explainEntry } from "../../../../src/cli/policy/explain-entry.ts";
import { explanationLines } from "../../../../src/cli/policy/show-explanation.ts";
import { transact } from "../../../../src/db/transaction.ts";
import { pausePrincipal } from "../../../../src/identity/pauses.ts";
import { describeTool } from "../../../../src/kit/describe-tool.ts";
import { type OpenServer, openServer } from "../../../../src/kit/open-server.ts";
import { loadWorkspace } from "../../../../src/workspace/load-workspace.ts";
import {
  startOfTests,
  type TemporaryWorkspace,
  temporaryWorkspace,
} from "../../../fixtures/kit/temporary-workspace.ts";

const limits = `@id("no-huge")
forbid (principal, action == Action::"accounting.create_invoice_draft", resource)
when { resource.total.minor > 5000 && context.arguments.prices_include_tax == false };

@id("ask-maria")
@approval("books")
forbid (principal, action == Action::"accounting.create_invoice_draft", resource)
when { resource.total.minor > 1000 };
`;
const tools = definition.tools.map((tool) => describeTool("accounting", tool));

let files: TemporaryWorkspace;
let server: OpenServer;
let database: DatabaseSync;
/** The entries of drafts that were allowed, asked about, refused, and refused for want of a grant; and of a call beyond a limit. */
let allowed: number;
let asked: number;
let refused: number;
let ungranted: number;
let limited: number;

beforeAll(async () => {
  files = await temporaryWorkspace({
    agents: {
      biller: { tools: ["accounting.*", "accounting.create_invoice_draft"], limits: { writes_per_day: 9 } },
      clerk: { tools: ["accounting.upsert_customer"], limits: { writes_per_day: 0 } },
    },
    roles: { books: { tools: ["accounting.upsert_customer"], members: ["maria"] } },
    policies: { limits },
  });
  server = await openServer(definition, { now: () => startOfTests }, { RINGMAIN_WORKSPACE: files.dir });
  database = new DatabaseSync(files.databasePath, { timeout: 10_000 });
  // without facts: an entry of before they were recorded
  const columns = database.prepare("SELECT name FROM pragma_table_info('audit_payload')").all();
  if (!columns.some(({ name }) => name === "facts"))
    database.exec("ALTER TABLE audit_payload ADD COLUMN facts TEXT");
  const biller = await files.token("agent:biller");
  const maria = await files.token("user:maria", { roles: ["books"] });
  const call = (tool: string, args: object, token: string) =>
    server.pipeline.call({ tool, arguments: args, identify: () => server.identify(token) });
  const customer = await call(
    "upsert_customer",
    { external_id: "N1", name: "Nordwind", currency: "EUR", language: "en", payment_terms_days: 14 },
    maria,
  );
  const { id } = JSON.parse(customer.result ?? "{}");
  const draft = async (minor: number, token = biller) => {
    const lines = [{ description: "Rope", quantity: 1, unit_price: { minor, currency: "EUR" } }];
    const args = { customer_id: id, reference: `PO ${minor}`, lines };
    return (await call("create_invoice_draft", args, token)).entry;
  };
  allowed = await draft(900);
  asked = await draft(2000);
  refused = await draft(6000);
  ungranted = await draft(1, maria);
  const again = { external_id: "N2", name: "Nordwind", currency: "EUR" };
  limited = (await call("upsert_customer", again, await files.token("agent:clerk"))).entry;
});
afterAll(() => {
  server.close();
  database.close();
  files[Symbol.dispose]();
});

beforeEach(() => {
  writeFileSync(join(files.dir, "policies/limits.cedar"), limits);
  const facts = (minor: number) =>
    JSON.stringify({ total: { minor, currency: "EUR" }, customer_id: "cus_1" });
  const set = database.prepare("UPDATE audit_payload SET facts = ? WHERE seq = ?");
  set.run(facts(900), allowed);
  set.run(facts(2000), asked);
  set.run(facts(6000), refused);
});

const explain = (seq: number) => explainEntry({ workspace: loadWorkspace(files.dir), database, tools, seq });
const told = (seq: number) => [...explanationLines(explain(seq), pc.createColors(false))].join("\n");

it("explains what was allowed: the grant, each policy with what it saw, and the limits", () => {
  const { cause, decided, policies, today, limits: bound } = explain(allowed);
  expect(decided).toBe("allow");
  expect(cause.grant).toEqual({ line: "accounting.create_invoice_draft", places: ["agents/biller.md:5"] });
  expect(policies.map(({ id, today: rule }) => [id, rule?.place, rule?.verdict, rule?.looksAt])).toEqual([
    [
      "no-huge",
      "policies/limits.cedar:1",
      "lets pass",
      ["facts.total.minor", "arguments.prices_include_tax"],
    ],
    ["ask-maria", "policies/limits.cedar:5", "lets pass", ["facts.total.minor"]],
  ]);
  expect(today).toEqual({ decided: "allow", policies: [], grant: "accounting.create_invoice_draft" });
  expect(bound).toEqual([{ of: "agent:biller", limits: { writes_per_day: 9 } }]);
  expect(told(allowed)).toContain("    facts.total.minor = 900\n    arguments.prices_include_tax = false");
  expect(told(allowed)).toMatch(/^limits {5}.*9.*\(agent:biller\), counted at each call$/m);
  expect(told(allowed)).toContain("today      the same: it would be allowed");
});

it("explains what was asked about and what was refused, by which policy", () => {
  expect(explain(asked)).toMatchObject({
    decided: "approval",
    policies: [{ id: "ask-maria", today: { verdict: "forbids", approval: "books" } }],
    today: { decided: "approval", policies: ["ask-maria"] },
  });
  const { decided, policies, today, cause } = explain(refused);
  expect([decided, policies.map(({ id }) => id).sort()]).toEqual(["deny", ["ask-maria", "no-huge"]]);
  expect(today).toMatchObject({ decided: "deny" });
  // the entry of a refusal names no grant; today's files do
  expect(cause.grant).toMatchObject({ line: "accounting.create_invoice_draft", byToday: true });
});

it("explains that no grant opened the tool", () => {
  const { decided, policies, today, cause } = explain(ungranted);
  expect([decided, policies, cause.grant]).toEqual(["deny", [], undefined]);
  expect(today).toEqual({ decided: "deny", policies: [], grant: undefined });
  expect(told(ungranted)).toContain("No grant opened the tool.");
});

it("explains that a limit refused it, which no look at grants and policies tells", () => {
  expect(told(limited)).toContain(
    "A limit refused it, no policy: agent:clerk may make at most 0 writes a day",
  );
  expect(told(limited)).toContain(
    "today      grants and policies would allow it; whether a limit does is counted",
  );
  expect(told(limited)).toMatch(/^limits {5}.*\(agent:clerk\)/m);
});

it("says what today's policies would decide otherwise, and which of the old ones are gone", () => {
  writeFileSync(
    join(files.dir, "policies/limits.cedar"),
    limits.replace('"ask-maria"', '"ask-books"').replace("> 1000", "> 500"),
  );
  expect(explain(allowed).today).toMatchObject({ decided: "approval", policies: ["ask-books"] });
  expect(told(allowed)).toContain("today      otherwise: it would be asked a person about by ask-books");
  expect(told(allowed)).toMatch(/ask-maria {2}no such policy/);
  // another policy asks the same: that is not the same decision
  expect(told(asked)).toContain("today      otherwise: ");
  writeFileSync(join(files.dir, "policies/limits.cedar"), "");
  expect(explain(refused).today).toMatchObject({ decided: "allow" });
});

it("says what is missing where payloads were erased or facts were never recorded", () => {
  const erase = database.prepare("UPDATE audit_payload SET facts = NULL WHERE seq = ?");
  erase.run(allowed);
  expect(explain(allowed).today).toEqual({
    unknown: expect.stringMatching(
      /^no-huge and ask-maria look at facts, and they were (not recorded|erased)$/,
    ),
  });
  const before = database.prepare("SELECT * FROM audit_payload WHERE seq = ?").get(asked);
  database.prepare("DELETE FROM audit_payload WHERE seq = ?").run(asked);
  expect(explain(asked)).toMatchObject({
    decided: "approval",
    arguments: { missing: "erased" },
    today: { unknown: "no-huge looks at arguments, and they were erased" },
  });
  expect(told(asked)).toContain("facts.total.minor = (facts were ");
  database
    .prepare("INSERT INTO audit_payload (seq, salt, arguments, result) VALUES (?, ?, ?, ?)")
    .run(asked, String(before?.salt), String(before?.arguments), null);
});

it("tells of a pause that stands, and that there is no such entry", async () => {
  await transact(database, () =>
    pausePrincipal(database, { principal: "agent:biller", by: "user:maria", now: startOfTests }),
  );
  expect(told(allowed)).toContain("paused     agent:biller, since 2026-11-02 08:00:00 UTC, by user:maria");
  expect(() => explain(999)).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
});
