import { beforeAll, describe, expect, it } from "vitest";
import { definition as accounting } from "../../../servers/accounting/definition.ts";
import { seed as seedAccounting } from "../../../servers/accounting/seed.ts";
import { definition as crm } from "../../../servers/crm/definition.ts";
import { seed as seedCrm } from "../../../servers/crm/seed.ts";
import { definition as inventory } from "../../../servers/inventory/definition.ts";
import { seed as seedInventory } from "../../../servers/inventory/seed.ts";
import { newId } from "../../../src/core/ids.ts";
import { transact } from "../../../src/db/transaction.ts";
import type { CallContext, ServerDefinition } from "../../../src/kit/define-tool.ts";
import { permittedReads } from "../../../src/kit/run-view.ts";
import { uriTemplate } from "../../../src/kit/uri-template.ts";
import { viewsOf } from "../../../src/kit/view.ts";
import { toolHarness } from "../../helpers/tool-harness.ts";

const instant = "2026-11-23T08:40:00Z";
const everything = { identity: { principal: "user:test", verifiedBy: "none" as const, roles: [] } };

/** A server with its sample data, whose views may read everything. */
async function openSample<Tables, Context>(
  definition: ServerDefinition<Tables, Context>,
  seed: (call: CallContext<Tables>) => Promise<Record<string, number>>,
) {
  const harness = await toolHarness(definition, instant);
  const call = {
    now: new Date(instant),
    principal: "ringmain:demo",
    newId,
    hides: () => false,
    changed: () => {},
  };
  await transact(harness.database, () => seed({ db: harness.db, ...call, ...harness.linksNow() }));
  const views = viewsOf(definition);
  const access = {
    opens: () => "everything",
    decide: () => ({ allowed: true as const, policies: [] }),
    limitsOfReplay: () => undefined,
    concerns: () => false,
    withholds: () => false,
    prepare: () => {},
  };
  const { resources = [], prompts = [] } = definition;
  return {
    resources,
    prompts,
    tools: definition.tools.map(({ name }) => name),
    /** The tools behind resources and prompts. */
    drawn: [
      ...resources.flatMap(({ tool, list }) => (list === undefined ? [tool] : [tool, list.tool])),
      ...prompts.flatMap(({ tools }) => tools),
    ].map(({ name, effect }) => ({ name, effect })),
    view(name: string, values: Record<string, unknown>) {
      const view = views.get(name);
      if (view === undefined) throw new Error(`there is no view ${name}`);
      const attempt = { decision: "none" as const, policies: [], changed: [], savepoint: false };
      return transact(harness.database, async () => {
        const asking = { server: definition.name, ...everything, access, attempt };
        const read = permittedReads(harness.contextNow(), asking);
        return Object(view.output.parse(await view.run(view.input.parse(values), read)));
      });
    },
  };
}

describe.each([
  ["crm", () => openSample(crm, seedCrm)],
  ["accounting", () => openSample(accounting, seedAccounting)],
  ["inventory", () => openSample(inventory, seedInventory)],
])("resources and prompts of %s", (_name, open) => {
  let server: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    server = await open();
  });

  it("draw on read tools of the server, under names and URIs of their own", () => {
    const { resources, prompts, tools, drawn } = server;
    for (const { name, effect } of drawn) {
      expect(effect).toBe("read");
      expect(tools).toContain(name);
    }
    for (const names of [resources.map(({ name }) => name), resources.map(({ uri }) => uri)]) {
      expect(new Set(names).size).toBe(names.length);
    }
    for (const { uri, complete = {} } of resources) {
      expect(uriTemplate(uri).variables).toEqual(Object.keys(complete));
    }
    for (const { arguments: values, complete = {} } of prompts) {
      expect(Object.keys(values.shape)).toEqual(expect.arrayContaining(Object.keys(complete)));
    }
  });

  it("list, complete and read the sample data", async () => {
    for (const { name, uri, list } of server.resources) {
      const { variables, match, expand } = uriTemplate(uri);
      const values: Record<string, string> = {};
      for (const variable of variables) {
        const completed = await server.view(`completion:resource_${name}_${variable}`, { typed: "" });
        values[variable] = String(completed.values[0]);
        const again = { typed: values[variable] };
        const { values: found } = await server.view(`completion:resource_${name}_${variable}`, again);
        expect(found).toContain(values[variable]);
      }
      expect(match(expand(values))).toEqual(values);
      const read = await server.view(`resource:${name}`, { uri, values });
      expect(Object.keys(read).length).toBeGreaterThan(0);
      if (list === undefined) continue;
      const { items } = await server.view(`resource_list:${name}`, {});
      expect(items.length).toBeGreaterThan(0);
      const shown = list.item(items[0]);
      expect(shown?.title).toMatch(/\S \S/);
      expect(shown?.title).not.toContain("undefined");
      await server.view(`resource:${name}`, { uri, values: shown?.values });
    }
  });

  it("turn prompts into messages with their records", async () => {
    const given: Record<string, Record<string, string>> = { month_end_checks: { month: "2026-10" } };
    for (const { name, complete = {} } of server.prompts) {
      const values = { ...given[name] };
      for (const argument of Object.keys(complete)) {
        const completed = await server.view(`completion:prompt_${name}_${argument}`, { typed: "" });
        values[argument] = String(completed.values[0]);
      }
      const { messages } = await server.view(`prompt:${name}`, values);
      expect(messages.length).toBeGreaterThan(1);
      expect(JSON.stringify(messages)).not.toMatch(/undefined|\[object/);
    }
  });
});
