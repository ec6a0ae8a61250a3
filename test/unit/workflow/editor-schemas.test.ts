import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Agent } from "../../../src/core/agent-file.ts";
import { isRecord, type Json } from "../../../src/core/json.ts";
import { parseLock } from "../../../src/core/lock-file.ts";
import { toolId } from "../../../src/core/tool-description.ts";
import { checkWorkflows } from "../../../src/workflow/check.ts";
import { agentSchema, workflowSchema } from "../../../src/workflow/editor-schemas.ts";
import { stepKinds } from "../../../src/workflow/steps/registry.ts";
import { workflowReference } from "../../../tools/docs/workflow-reference.ts";

const root = new URL("../../../", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), "utf8");
const { tools } = parseLock(read("ringmain.lock"));
const names = { tools: tools.map(toolId), agents: ["order-desk", "writer"], workflows: ["won-deal-to-cash"] };
const workflows = readdirSync(new URL("workflows/", root)).filter((name) => !name.endsWith(".test.yaml"));
const ajv = new Ajv({ strict: false });

describe("the schema of workflow files", () => {
  const validate = ajv.compile(workflowSchema());

  it.each(workflows)("accepts %s", (name) => {
    validate(parse(read(`workflows/${name}`)));
    expect(validate.errors).toBeNull();
  });

  it.each(stepKinds.map(({ kind, example }) => [kind, example]))(
    "accepts the example of %s",
    (_kind, example) => {
      validate({ agent: "a", steps: parse(example) });
      expect(validate.errors).toBeNull();
    },
  );

  const file = (step: Record<string, Json>, more: Record<string, Json> = {}) => ({
    agent: "a",
    ...more,
    steps: [step],
  });
  it.each([
    ["a key that does not exist", file({ id: "a", call: "crm.get_deal", wiht: {} })],
    ["a step without an id", file({ call: "crm.get_deal" })],
    ["a step without a kind", file({ id: "a" })],
    ["a fault in a nested step", file({ id: "a", for_each: [], steps: [{ id: "b", cal: "crm.get_deal" }] })],
    ["a fault in a branch", file({ id: "a", parallel: { x: [{ id: "b" }] } })],
    ["an unknown key of the file", file({ id: "a", call: "crm.get_deal" }, { inputz: {} })],
    ["a value that is none of those there are", file({ id: "a", call: "crm.get_deal", pages: "some" })],
  ])("refuses %s", (_title, value) => {
    expect(validate(value)).toBe(false);
  });

  it("offers the names that there are", () => {
    const named = ajv.compile(workflowSchema(names));
    const call = (tool: string, agent = "order-desk") => ({ agent, steps: [{ id: "a", call: tool }] });
    expect(named(call("crm.get_deal"))).toBe(true);
    expect(named(call("crm.get_dael"))).toBe(false);
    expect(named(call("crm.get_deal", "order-dsk"))).toBe(false);
    expect(named({ agent: "writer", steps: [{ id: "a", run: "won-deal-to-csh" }] })).toBe(false);
  });

  it("describes every key", () => {
    const { properties, definitions } = workflowSchema();
    const steps = isRecord(definitions) && isRecord(definitions.step) ? definitions.step.anyOf : [];
    const maps = [
      properties,
      ...(Array.isArray(steps) ? steps.map((step) => isRecord(step) && step.properties) : []),
    ];
    for (const map of maps)
      for (const [key, schema] of Object.entries(isRecord(map) ? map : {}))
        expect(isRecord(schema) && schema.description, key).toMatch(/\.$/);
    expect(maps).toHaveLength(stepKinds.length + 1);
  });
});

it("the schema of agents offers tools and the stars of their servers", () => {
  const validate = ajv.compile(agentSchema(names));
  expect(validate({ description: "d", tools: ["crm.*", "crm.get_deal"] })).toBe(true);
  expect(validate({ description: "d", tools: ["crn.*"] })).toBe(false);
  expect(validate({ description: "d", toolz: [] })).toBe(false);
});

describe("docs/workflow-reference.md", () => {
  it("is in date, and so are the schemas beside it", () => {
    const hint = "out of date: run `npm run docs` and commit it";
    expect(read("docs/workflow-reference.md") === workflowReference(), hint).toBe(true);
    expect(JSON.parse(read("docs/schemas/workflow.json")), hint).toEqual(workflowSchema());
    expect(JSON.parse(read("docs/schemas/agent.json")), hint).toEqual(agentSchema());
  });

  const agent = (id: string, model?: string): Agent => ({
    id,
    file: `agents/${id}.md`,
    description: "d",
    tools: names.tools,
    limits: {},
    prompt: "",
    ...(model !== undefined && { model }),
  });
  const files = workflows.map((name) => ({ file: `workflows/${name}`, text: read(`workflows/${name}`) }));

  it.each(stepKinds.map(({ kind, example }) => [kind, example]))(
    "has an example of %s without faults",
    (_kind, example) => {
      const text = `agent: a\nsteps:\n${example.replace(/^/gm, "  ")}`;
      const { problems } = checkWorkflows({
        workflows: [{ file: "workflows/example.yaml", text }, ...files],
        agents: [agent("a"), agent("order-desk"), agent("writer", "claude-opus-4-8")],
        tools,
        only: "example",
      });
      expect(problems).toEqual([]);
    },
  );
});
