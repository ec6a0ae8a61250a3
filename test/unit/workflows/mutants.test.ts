import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { Agent } from "../../../src/core/agent-file.ts";
import { RingmainError } from "../../../src/core/errors.ts";
import { isRecord, type Json } from "../../../src/core/json.ts";
import { toolId } from "../../../src/core/tool-description.ts";
import { checkWorkflows } from "../../../src/workflow/check.ts";
import { resolveInputs } from "../../../src/workflow/inputs.ts";
import type { Plan, PlanStep } from "../../../src/workflow/plan.ts";
import { openShop, type Shop, sample, toolsOfShop } from "./open-shop.ts";

/**
 * Mutants of the shipped workflows: each is run as it stands, without the checker, against the real servers. Of those that
 * fail, nearly all must have been caught by `check`.
 */
type Fields = Record<string, Json>;
interface Mutant {
  title: string;
  file: Fields;
  agents: readonly Agent[];
}

const files = sample.workflows.map(({ id, file, text }) => ({ id, file, content: fieldsOf(parse(text)) }));
const effects = new Map(toolsOfShop.map((tool) => [toolId(tool), tool.effect]));
const wrongValues: Json[] = [42, "no such thing", ["a"], { a: 1 }];

function fieldsOf(value: Json | undefined): Fields {
  return isRecord(value) ? JSON.parse(JSON.stringify(value)) : {};
}

/** Every place in a value, with what stands there. */
function* placesOf(
  value: Json,
  path: (string | number)[] = [],
): Generator<{ path: (string | number)[]; value: Json }> {
  yield { path, value };
  const members = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  for (const [key, member] of members) yield* placesOf(member, [...path, key]);
}

/** The file with another value at a place; without one, the member is gone. */
function withValue(file: Fields, path: readonly (string | number)[], value?: Json): Fields {
  const copy: unknown = JSON.parse(JSON.stringify(file));
  const above = path
    .slice(0, -1)
    .reduce((node, key) => (typeof node === "object" && node !== null ? Reflect.get(node, key) : node), copy);
  const last = path.at(-1) ?? "";
  if (Array.isArray(above) && value === undefined) above.splice(Number(last), 1);
  else if (typeof above === "object" && above !== null)
    if (value === undefined) Reflect.deleteProperty(above, last);
    else Reflect.set(above, last, value);
  return fieldsOf(copy as Json);
}

/** The texts that come of changing each of the matches in turn. */
function changesOf(text: string, pattern: RegExp, change: (match: string) => string): string[] {
  return [...text.matchAll(pattern)].map(
    ({ 0: match, index }) => text.slice(0, index) + change(match) + text.slice(index + match.length),
  );
}

/** Whether an argument is a text to its tool, so that another text is no swap of types. */
function isTextOf(content: Fields, path: readonly (string | number)[]): boolean {
  const [step, [key]] = [path.slice(0, path.indexOf("with")), path.slice(path.indexOf("with") + 1)];
  const call = [...placesOf(content)].find((place) => place.path.join() === [...step, "call"].join())?.value;
  const schema = toolsOfShop.find((tool) => toolId(tool) === call)?.inputSchema;
  const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
  const property = properties[String(key)];
  return isRecord(property) && property.type === "string";
}

function mutantsOf(content: Fields): Mutant[] {
  const { agents } = sample;
  const found: Mutant[] = [];
  const add = (title: string, file: Fields, who = agents) => void found.push({ title, file, agents: who });
  for (const { path, value } of placesOf(content)) {
    const [top] = path;
    if (top !== "steps" && top !== "outputs") continue;
    const at = path.join(".");
    const key = path.at(-1);
    const inWith = path.includes("with") && key !== "with";
    if (typeof value === "string") {
      const isExpression = value.includes("${{") || key === "if";
      if (isExpression) {
        for (const text of changesOf(value, /\.[a-z_]+\b(?!\()/g, (field) => `${field}x`))
          add(`${at}: a field renamed: ${text}`, withValue(content, path, text));
        for (const text of changesOf(
          value,
          /\b(steps|inputs|invoice|lead|supplier)\b(?=\.)/g,
          () => "elsewhere",
        ))
          add(`${at}: a name that is not there: ${text}`, withValue(content, path, text));
        for (const text of changesOf(value, /\b[a-z_]+\(/g, (name) => `x${name}`))
          add(`${at}: a function that is not there: ${text}`, withValue(content, path, text));
      }
      if (key === "call") {
        add(`${at}: a tool misspelt`, withValue(content, path, `${value}s`));
        const agent = agents.find(({ id }) => id === content.agent);
        const others = agents.filter((one) => one !== agent);
        if (agent !== undefined) {
          const left = agent.tools.filter((tool) => tool !== value && tool !== value.replace(/\..*/, ".*"));
          add(`${at}: the grant removed`, content, [...others, { ...agent, tools: left }]);
        }
      }
      // a value of a fixed set, or of a certain form
      if (inWith && !isExpression) add(`${at}: another value`, withValue(content, path, `${value}x`));
    }
    if (inWith) {
      add(`${at}: an argument dropped`, withValue(content, path));
      for (const wrong of wrongValues.filter((one) => typeof one !== "string" || !isTextOf(content, path)))
        add(`${at}: the type swapped for ${JSON.stringify(wrong)}`, withValue(content, path, wrong));
      if (typeof key === "string")
        add(
          `${at}: an argument renamed`,
          withValue(withValue(content, path), [...path.slice(0, -1), `${key}x`], value),
        );
    }
    if (key === "pages" || key === "fallback" || key === "for_each" || key === "key")
      add(`${at}: left out`, withValue(content, path));
    if (path.at(-2) === "steps" && typeof key === "number")
      add(`${at}: a step removed`, withValue(content, path));
  }
  return found;
}

/** The plan of a file, as the checker would write it if it let everything through. */
function planUnchecked(id: string, file: Fields): Plan {
  const step = (written: Json): PlanStep => {
    const { id = "", if: condition, ...rest } = fieldsOf(written);
    const common = { id: String(id), ...(condition !== undefined && { if: condition }) };
    if ("call" in rest) {
      const writes = effects.get(String(rest.call)) !== "read";
      return { ...common, kind: "call", with: {}, ...rest, writes };
    }
    if ("ask" in rest) return { ...common, kind: "ask", fallback: {}, ...rest };
    const name = String(rest.as ?? "item");
    const steps = Array.isArray(rest.steps) ? rest.steps.map(step) : [];
    const loop = {
      as: name,
      key: `\${{ ${name}.id }}`,
      max_parallel: 1,
      continue_on_error: false,
      for_each: null,
    };
    return { ...common, kind: "for_each", ...loop, ...rest, steps };
  };
  return {
    workflow: id,
    name: id,
    agent: String(file.agent),
    fileHash: "f00d",
    inputs: fieldsOf(file.inputs),
    limits: {},
    schedules: [],
    steps: Array.isArray(file.steps) ? file.steps.map(step) : [],
    outputs: fieldsOf(file.outputs),
  };
}

const month = 30 * 86_400_000;
const later = new Date(Date.parse("2026-11-02T08:00:00Z") + month);

/** Data on which each workflow has something to do. Returns its inputs. */
async function prepare(shop: Shop, workflow: string): Promise<Fields> {
  const rope = {
    sku: "ROPE",
    description: "Rope",
    quantity: 50,
    unit_price: { minor: 999, currency: "EUR" },
  };
  if (workflow === "chase-overdue-invoices") {
    const customer = { external_id: "c1", name: "Aster", email: "pay@aster.example" };
    const { id } = await shop.call("accounting.upsert_customer", customer);
    const order = { external_id: "o1", customer_id: id ?? "", issued_on: "2026-08-01", currency: "EUR" };
    await shop.call("accounting.import_invoice", { ...order, lines: [rope] });
    return {};
  }
  if (workflow === "reorder-low-stock") {
    const supplier = { external_id: "s1", name: "Rope Works", email: "orders@rope.example" };
    const { id } = await shop.call("inventory.upsert_supplier", supplier);
    const item = {
      sku: "ROPE",
      name: "Rope",
      supplier_id: id ?? "",
      unit_cost: { minor: 160, currency: "EUR" },
    };
    await shop.call("inventory.upsert_item", {
      ...item,
      reorder_point: 10,
      opening: { location: "MAIN", on_hand: 2 },
    });
    return {};
  }
  const { id: owner } = await shop.call("crm.upsert_owner", {
    name: "Nina Roth",
    email: "nina@harbour.example",
  });
  if (workflow === "follow-up-stale-leads") {
    const contact = { contact_name: "Ann Beck", email: "ann@aster.example" };
    await shop.call("crm.create_lead", { company_name: "Aster", owner_id: owner ?? "", ...contact });
    return {};
  }
  const item = { sku: "ROPE", name: "Rope", unit_cost: { minor: 160, currency: "EUR" } };
  await shop.call("inventory.upsert_item", { ...item, opening: { location: "MAIN", on_hand: 40 } });
  const company = await shop.call("crm.upsert_company", { name: "Aster", domain: "aster.example" });
  const deal = { name: "Rope for Aster", company_id: company.id ?? "", owner_id: owner ?? "", lines: [rope] };
  const { id } = await shop.call("crm.create_deal", deal);
  for (const stage of ["proposal", "won"]) await shop.call("crm.move_deal_stage", { id: id ?? "", stage });
  return { deal_id: id ?? "" };
}

/** Whether a run of a file fails, or one of its steps does. Throws what is a fault of this program. */
async function fails(id: string, { file, agents }: Omit<Mutant, "title">): Promise<string | undefined> {
  const shop = await openShop(1, [...agents]);
  let failure: string | undefined;
  try {
    const plan = planUnchecked(id, file);
    const inputs = resolveInputs(plan, await prepare(shop, id));
    await shop.execute(plan, {
      inputs,
      startedAt: later,
      report: ({ status, path, error }) => {
        if (status === "failed") failure ??= `${path}: ${error?.code} ${error?.message}`;
      },
    });
    return failure;
  } catch (error) {
    if (error instanceof RingmainError) return failure ?? `${error.code} ${error.message}`;
    return `${failure ?? ""} ${String(error)}`;
  } finally {
    shop.close();
  }
}

function isCaught(id: string, { file, agents }: Omit<Mutant, "title">): boolean {
  const workflows = files.map((one) => ({
    file: one.file,
    text: stringify(one.id === id ? file : one.content, { lineWidth: 0 }),
  }));
  return checkWorkflows({ workflows, agents: [...agents], tools: toolsOfShop, only: id }).problems.length > 0;
}

const counted = { mutants: 0, failing: 0, caught: 0 };
const missed: string[] = [];

describe.each(files)("mutants of $id", ({ id, content }) => {
  test("the workflow itself is in order and does something", async () => {
    expect(isCaught(id, { file: content, agents: sample.agents })).toBe(false);
    expect(await fails(id, { file: content, agents: sample.agents })).toBeUndefined();
  });

  test("are caught before they fail", { timeout: 300_000 }, async () => {
    for (const mutant of mutantsOf(content)) {
      counted.mutants += 1;
      const failure = await fails(id, mutant);
      if (failure === undefined) continue;
      counted.failing += 1;
      if (isCaught(id, mutant)) counted.caught += 1;
      else missed.push(`${id} ${mutant.title} → ${failure}`);
    }
  });
});

test("of the mutants that fail, at least 95 % are caught by check", () => {
  expect(counted.failing).toBeGreaterThan(200);
  expect(counted.caught / counted.failing, missed.join("\n")).toBeGreaterThanOrEqual(0.95);
});
