import { expect, it } from "vitest";
import { definition as accounting } from "../../servers/accounting/definition.ts";
import { definition as crm } from "../../servers/crm/definition.ts";
import { definition as inventory } from "../../servers/inventory/definition.ts";
import { type ToolDescription, toolId } from "../../src/core/tool-description.ts";
import { describeTool } from "../../src/kit/describe-tool.ts";
import { faultsOf, type RuleName } from "./tool-rules.ts";

const tools: readonly ToolDescription[] = [
  ...crm.tools.map((tool) => describeTool("crm", tool)),
  ...accounting.tools.map((tool) => describeTool("accounting", tool)),
  ...inventory.tools.map((tool) => describeTool("inventory", tool)),
];

/** Where a rule does not apply, and why. A tool that keeps the rule after all may not stand here. */
const exceptions: Partial<Record<RuleName, Readonly<Record<string, string>>>> = {
  "lists filter by status, date and customer": {
    "crm.list_due_followups": "its tasks are all open",
    "inventory.list_locations": "nobody looks for a place by the day on which it was entered",
    "inventory.search_items": "nobody looks for an item by the day on which it was entered",
    "inventory.search_suppliers": "nobody looks for a supplier by the day on which it was entered",
  },
  "large records have a concise form": {
    "crm.get_deal": "is asked for its lines; get_record is the short form of a deal",
    "crm.list_pipelines": "is asked for the stages",
    "crm.pipeline_report": "a report: its rows are the answer",
    "accounting.aged_receivables": "a report: its rows are the answer",
    "accounting.report": "a report: its rows are the answer",
    "inventory.stock_history": "a report: its points are the answer",
  },
  "updates take expected_version": {
    "accounting.close_period": "a month is closed once, and never changes",
    "inventory.adjust_stock": "adds a movement, whatever the stock has become",
    "inventory.post_count": "adds movements; count_id keeps it from being posted twice",
    "inventory.transfer_stock": "adds movements, whatever the stock has become",
  },
  "records have their version": {
    "accounting.aged_receivables": "a report: its rows are no records",
    "accounting.list_periods": "a month is no record until it is closed, and then never changes",
    "inventory.adjust_stock": "a movement is never changed, and a level is the sum of movements",
    "inventory.list_movements": "a movement is never changed",
    "inventory.low_stock": "a report: search_items has the records",
    "inventory.transfer_stock": "a movement is never changed, and a level is the sum of movements",
    "inventory.valuation": "a report: search_items has the records",
  },
};

function exceptionsOf(id: string): string[] {
  return Object.entries(exceptions).flatMap(([rule, reasons]) => (id in reasons ? [rule] : []));
}

it("there are tools to look at, each under one name", () => {
  expect(new Set(tools.map(toolId)).size).toBe(tools.length);
  expect(tools.length).toBeGreaterThan(70);
});

it.each(tools.map((tool) => [toolId(tool), tool] as const))("%s keeps every rule", (id, tool) => {
  const excepted = exceptionsOf(id);
  const faults = Object.entries(faultsOf(tool)).filter(([rule]) => !excepted.includes(rule));
  expect(Object.fromEntries(faults)).toEqual({});
});

it("no exception stands for a tool that keeps the rule, or for none", () => {
  for (const [rule, reasons] of Object.entries(exceptions)) {
    for (const id of Object.keys(reasons)) {
      const tool = tools.find((candidate) => toolId(candidate) === id);
      expect(tool && Object.keys(faultsOf(tool)), `${id}: ${rule}`).toContain(rule);
    }
  }
});

it.each(
  [crm, accounting, inventory].flatMap(({ name, tools }) =>
    tools.map((tool) => [`${name}.${tool.name}`, tool] as const),
  ),
)("%s has facts exactly when it reads a record for the policies", (_id, tool) =>
  expect(tool.facts === undefined).toBe(tool.resource === undefined),
);
