import { expect, test } from "vitest";
import { definition } from "../../../../servers/crm/definition.ts";
import { seed } from "../../../../servers/crm/seed.ts";
import { restrict, tablesOf } from "../../../../src/db/authorizer.ts";
import { toolHarness } from "../../../helpers/tool-harness.ts";
import { smallPipeline } from "./sales-team.ts";

test("every tool works on a connection that may touch nothing but the server's own tables", async () => {
  const crm = await toolHarness(definition);
  await seed(crm.contextNow());
  restrict(crm.database, { own: tablesOf(crm.database, "crm"), shared: new Set() });

  const calls: [string, Record<string, unknown>][] = [
    [
      "search_records",
      { type: "company", query: "harbour", status: ["active"], last_activity_before: "2026-11-02" },
    ],
    ["search_records", { type: "contact", query: "a", owner_id: "usr_nina" }],
    ["search_records", { type: "lead", query: "rope", company_id: "COMP-0037" }],
    ["search_records", { type: "deal", limit: 5 }],
    ["get_record", { type: "deal", id: "DEAL-0031" }],
    ["get_deal", { id: "deal_0031" }],
    ["upsert_company", { name: "Newlyn Ropes", domain: "newlyn-ropes.example" }],
    [
      "create_lead",
      { company_name: "Newlyn Ropes", contact_name: "Jo Byrne", email: "jo@newlyn-ropes.example" },
    ],
    ["create_deal", { name: "Coils", company_id: "COMP-0065", amount: { minor: 1, currency: "GBP" } }],
    ["move_deal_stage", { id: "DEAL-0043", stage: "qualified" }],
    ["log_activity", { about: "LEAD-0026", kind: "call", summary: "Called." }],
    [
      "create_task",
      { about: "LEAD-0026", assignee_id: "usr_owen", title: "Call again", due_on: "2026-11-02" },
    ],
    ["complete_task", { id: "TASK-0013" }],
    ["list_due_followups", { assignee_id: "usr_nina" }],
    ["pipeline_report", { owner_id: "usr_nina", closed_since: "2026-10-01" }],
    ["list_owners", {}],
    ["list_pipelines", {}],
    ["upsert_contact", { name: "Jo Byrne", email: "jo.byrne@newlyn-ropes.example" }],
    ["qualify_lead", { id: "LEAD-0026", deal: { amount: { minor: 1, currency: "GBP" } } }],
    ["update_deal", { id: "DEAL-0043", clear: ["expected_close_on"], expected_close_on: "2026-12-01" }],
    ["merge_records", { type: "contact", survivor_id: "CONT-0129", duplicate_id: "CONT-0130" }],
    ["merge_records", { type: "deal", survivor_id: "DEAL-0043", duplicate_id: "DEAL-0044" }],
    ["get_record", { type: "deal", id: "DEAL-0044" }],
    ["get_record", { type: "company", id: "COMP-0002" }],
    [
      "search_records",
      { type: "deal", stage: ["new"], created_from: "2026-01-01", updated_before: "2027-01-01" },
    ],
    ["list_due_followups", { company_id: "COMP-0002", due_from: "2026-01-01" }],
    ["upsert_pipeline", smallPipeline],
    ["upsert_pipeline", { ...smallPipeline, name: "Renewals of contracts" }],
    ["upsert_owner", { name: "Pia Lund", email: "pia@harbour-trading.example" }],
  ];
  for (const [name, args] of calls) await expect(crm.call(name, args), name).resolves.toBeDefined();
  expect(new Set(calls.map(([name]) => name))).toEqual(new Set(definition.tools.map(({ name }) => name)));
});
