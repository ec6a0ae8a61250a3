import { describe, expect, it } from "vitest";
import { definition as accounting } from "../../servers/accounting/definition.ts";
import { definition as crm } from "../../servers/crm/definition.ts";
import { definition as inventory } from "../../servers/inventory/definition.ts";
import type { ServerDefinition } from "../../src/kit/define-tool.ts";
import { describeTool } from "../../src/kit/describe-tool.ts";
import { toolHarness } from "../helpers/tool-harness.ts";
import { readSchema } from "./schema-members.ts";

/** Filters that name a record. The names of others, such as a reference, may be of nothing. */
const naming = /^(customer|company|supplier|owner|assignee|invoice|pipeline)_id$|^(about|sku|location)$/;
/** The name of a last day, where there may be one for a first day `what_from`. */
const lasts = ["_to", "_before", "_by"];

/** The filters of each list: those that name a record, and the ranges of days. */
function filtersOf<Tables, Context>(definition: ServerDefinition<Tables, Context>) {
  return definition.tools.flatMap((tool) => {
    const { inputSchema, outputSchema } = describeTool(definition.name, tool);
    if (readSchema(outputSchema).properties?.items === undefined) return [];
    const { properties = {}, required = [] } = readSchema(inputSchema);
    const type = required.includes("type") ? { type: "deal" } : {};
    const names = Object.keys(properties);
    const ranges = names.flatMap((name) => {
      const what = /^(.*?)_?from$/.exec(name)?.[1];
      const last = lasts.map((end) => (what === "" ? end.slice(1) : `${what}${end}`));
      return what === undefined ? [] : names.filter((other) => last.includes(other)).map((to) => [name, to]);
    });
    return [
      ...names
        .filter((name) => naming.test(name))
        .map((name) => ({ tool: tool.name, given: { ...type, [name]: "nothing" }, code: "NOT_FOUND" })),
      ...ranges.map(([from = "", to = ""]) => ({
        tool: tool.name,
        given: { ...type, [from]: "2026-03-01", [to]: "2026-02-01" },
        code: "INPUT_INVALID",
      })),
    ];
  });
}

/** An empty page would tell a model that there is nothing, where it has only misspelt a name or swapped two days. */
function refusesEmptyAnswers<Tables, Context>(definition: ServerDefinition<Tables, Context>): void {
  it.each(filtersOf(definition))("$tool $given is refused, with a remedy", async ({ tool, given, code }) => {
    const server = await toolHarness(definition);
    await expect(server.call(tool, given)).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(/\w{5}/),
    });
  });
}

describe("lists of crm", () => refusesEmptyAnswers(crm));
describe("lists of accounting", () => refusesEmptyAnswers(accounting));
describe("lists of inventory", () => refusesEmptyAnswers(inventory));
