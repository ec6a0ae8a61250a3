import { DatabaseSync } from "node:sqlite";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { definition as accounting } from "../../../servers/accounting/definition.ts";
import { seed as seedAccounting } from "../../../servers/accounting/seed.ts";
import { definition as crm } from "../../../servers/crm/definition.ts";
import { seed as seedCrm } from "../../../servers/crm/seed.ts";
import { definition as inventory } from "../../../servers/inventory/definition.ts";
import { seed as seedInventory } from "../../../servers/inventory/seed.ts";
import { isRecord } from "../../../src/core/json.ts";
import { openSample, type Sample } from "../../fixtures/kit/open-sample.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const policies = {
  desk: `@id("desk-sees-no-people") @mask("personal, secret")
    forbid (principal == Agent::"desk", action in Action::"read", resource);`,
};
const tools = ["crm.*", "accounting.*", "inventory.*"];

const ids = (sql: string) => (database: DatabaseSync) =>
  database
    .prepare(sql)
    .all()
    .map((row) => String(row.id));
type Arguments = (database: DatabaseSync) => Record<string, unknown>[];
const pages: Arguments = () => [{}, { limit: 100 }];
const detailed: Arguments = () => [{ limit: 100, response_format: "detailed" }, {}];
const each =
  (sql: string, argument: string): Arguments =>
  (database) =>
    ids(sql)(database).map((id) => ({ [argument]: id }));

/** Arguments for every read tool, which between them reach all its rows. */
const reads: Record<string, Arguments> = {
  "crm.get_deal": each("SELECT ref AS id FROM crm_deal LIMIT 10", "id"),
  "crm.get_record": (database) =>
    ["company", "contact", "lead", "deal"].flatMap((type) =>
      ids(`SELECT ref AS id FROM crm_${type} ORDER BY id DESC LIMIT 6`)(database).flatMap((id) => [
        { type, id },
        { type, id, response_format: "concise" },
      ]),
    ),
  "crm.list_due_followups": () => [{ due_by: "2199-12-31", limit: 100 }],
  "crm.list_owners": pages,
  "crm.list_pipelines": pages,
  "crm.pipeline_report": () => [{}],
  "crm.search_records": () =>
    ["company", "contact", "lead", "deal"].flatMap((type) => [
      { type, limit: 100 },
      { type, limit: 100, response_format: "detailed" },
    ]),
  "accounting.aged_receivables": pages,
  "accounting.get_invoice": each("SELECT id FROM accounting_invoice LIMIT 25", "id"),
  "accounting.get_settings": () => [{}],
  "accounting.list_accounts": pages,
  "accounting.list_exchange_rates": pages,
  "accounting.list_invoices": pages,
  "accounting.list_outbox": detailed,
  "accounting.list_payments": pages,
  "accounting.list_periods": pages,
  "accounting.list_tax_codes": pages,
  "accounting.report": () => [
    { report: "trial_balance" },
    { report: "profit_and_loss" },
    { report: "balance_sheet" },
    { report: "general_ledger", limit: 100 },
    { report: "general_ledger", format: "hledger", limit: 100 },
  ],
  "accounting.search_customers": pages,
  "inventory.get_purchase_order": each(
    "SELECT id FROM inventory_purchase_order LIMIT 10",
    "purchase_order_id",
  ),
  "inventory.get_reservation": each("SELECT id FROM inventory_reservation LIMIT 10", "reservation_id"),
  "inventory.get_stock": each("SELECT sku AS id FROM inventory_item LIMIT 10", "sku"),
  "inventory.list_locations": pages,
  "inventory.list_movements": detailed,
  "inventory.list_outbox": () => [{ limit: 100 }, { limit: 5, response_format: "detailed" }],
  "inventory.list_purchase_orders": pages,
  "inventory.list_reservations": detailed,
  "inventory.low_stock": pages,
  "inventory.search_items": detailed,
  "inventory.search_suppliers": pages,
  "inventory.stock_history": each("SELECT sku AS id FROM inventory_item LIMIT 3", "sku"),
  "inventory.valuation": pages,
};

/** Where the personal and secret values stand in the tables. */
const columns = [
  ["crm_owner", ["name", "email"]],
  ["crm_contact", ["name", "email", "phone"]],
  ["crm_company", ["phone"]],
  ["accounting_customer", ["contact_name", "email", "phone", "street", "postal_code"]],
  ["accounting_payment", ["bank_reference"]],
  ["accounting_outbox", ["recipient"]],
  ["inventory_supplier", ["email", "phone"]],
] as const;

const ajv = new Ajv2020({ strict: false, validateFormats: false });

let workspace: TemporaryWorkspace;
let reader: DatabaseSync;
let samples: Sample[];
let masked: string;
let open: string;
let hidden: string[];

beforeAll(async () => {
  workspace = await temporaryWorkspace({ agents: { desk: { tools }, all: { tools } }, policies });
  samples = [
    await openSample(workspace, crm, seedCrm),
    await openSample(workspace, accounting, seedAccounting),
    await openSample(workspace, inventory, seedInventory),
  ];
  reader = new DatabaseSync(workspace.databasePath);
  masked = await workspace.token("agent:desk");
  open = await workspace.token("agent:all");
  hidden = columns.flatMap(([table, names]) =>
    names.flatMap((name) =>
      reader
        .prepare(`SELECT DISTINCT ${name} AS value FROM ${table} WHERE length(${name}) > 3`)
        .all()
        .map((row) => String(row.value)),
    ),
  );
});

afterAll(() => {
  reader.close();
  for (const sample of samples) sample[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

/** Every text in an answer, without what only numbers or dates. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isRecord(value) ? Object.values(value).flatMap(textsIn) : [];
}

const seen = (result: unknown) => {
  const text = textsIn(result).join("\n");
  return hidden.filter((value) => text.includes(value));
};

const definitions = [crm, accounting, inventory] as const;
const readTools = definitions.flatMap(({ name, tools }) =>
  tools.filter(({ effect }) => effect === "read").map((tool) => [name, tool.name] as const),
);

it("walks every read tool", () => {
  expect(Object.keys(reads).sort()).toEqual(readTools.map((names) => names.join(".")).sort());
  expect(hidden.length).toBeGreaterThan(300);
});

describe('a caller under @mask("personal, secret")', () => {
  it.each(readTools)("%s.%s shows no personal value, and what its schema allows", async (server, tool) => {
    const sample = samples.find(({ name }) => name === server);
    const described = sample?.tools.find(({ name }) => name === tool);
    if (sample === undefined || described === undefined) throw new Error(`no ${server}.${tool}`);
    const validate = ajv.compile(Object(described.outputSchema));
    let shown = 0;
    for (const args of reads[`${server}.${tool}`]?.(reader) ?? []) {
      const answer = await sample.ask(tool, args, { token: masked });
      expect(answer.error).toBeUndefined();
      const result: unknown = JSON.parse(answer.result ?? "");
      expect(seen(result), JSON.stringify(args)).toEqual([]);
      expect(validate(result), ajv.errorsText(validate.errors)).toBe(true);
      const whole = JSON.parse((await sample.ask(tool, args, { token: open })).result ?? "");
      if (seen(whole).length > 0) shown += 1;
    }
    // what the mask is tested on is there: without it, the same calls do show people
    expect(shown > 0).toBe(JSON.stringify(described.outputSchema).includes("x-marks"));
  });

  it.each(definitions.map(({ name }) => name))(
    "the views of %s show no personal value either",
    async (name) => {
      const sample = samples.find((one) => one.name === name);
      if (sample === undefined) throw new Error(`no ${name}`);
      const values = viewValues(reader);
      expect(sample.views.length).toBeGreaterThan(3);
      for (const view of sample.views) {
        const answer = await sample.ask(view, values[view] ?? {}, { token: masked }, true);
        expect(answer.error, view).toBeUndefined();
        expect(seen(JSON.parse(answer.result ?? "")), view).toEqual([]);
      }
    },
  );
});

function viewValues(database: DatabaseSync): Record<string, Record<string, unknown>> {
  const first = (sql: string) => ids(sql)(database)[0];
  const typed = { typed: "" };
  const record = (type: string) => ({
    uri: `crm://${type}/x`,
    values: { id: first(`SELECT ref AS id FROM crm_${type}`) },
  });
  const fixed = { uri: "x://x", values: {} };
  const number = first("SELECT number AS id FROM accounting_invoice WHERE number LIKE 'INV-%'");
  const sku = first("SELECT sku AS id FROM inventory_item");
  const order = first("SELECT id FROM inventory_purchase_order");
  const all: Record<string, Record<string, unknown>> = {
    "resource:invoice": { uri: "x://x", values: { number } },
    "resource:item": { uri: "x://x", values: { sku } },
    "resource:purchase_order": { uri: "x://x", values: { id: order } },
    "prompt:month_end_checks": { month: "2026-10" },
    "prompt:explain_invoice": { number },
    "prompt:prepare_meeting": { company: first("SELECT ref AS id FROM crm_company") },
  };
  for (const type of ["company", "contact", "lead", "deal"]) {
    all[`resource:${type}`] = record(type);
    all[`completion:resource_${type}_id`] = typed;
  }
  for (const name of [
    "pipelines",
    "accounts",
    "tax_codes",
    "aged_receivables",
    "trial_balance",
    "locations",
    "low_stock",
  ])
    all[`resource:${name}`] = fixed;
  for (const name of [
    "prompt_prepare_meeting_company",
    "resource_invoice_number",
    "prompt_explain_invoice_number",
    "resource_item_sku",
    "resource_purchase_order_id",
    "prompt_reorder_proposal_supplier_id",
  ])
    all[`completion:${name}`] = typed;
  return all;
}
