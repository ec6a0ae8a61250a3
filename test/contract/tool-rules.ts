import { marks } from "../../src/core/marks.ts";
import type { ToolDescription } from "../../src/core/tool-description.ts";
import { mcpDefinition } from "../../src/kit/describe-tool.ts";
import { compileMask } from "../../src/policy/compile-mask.ts";
import { membersOf, readSchema, type Schema, schemasOf, shapesOf } from "./schema-members.ts";

/** A tool as a client is told of it, read for the rules. */
interface ReadTool {
  tool: ToolDescription;
  input: Schema;
  output: Schema;
}

/** One rule that every tool keeps: where it does not, one fault each. */
type Rule = (tool: ReadTool) => Iterable<string>;

/** The faults of a tool by rule; rules that it keeps are left out. */
export function faultsOf(tool: ToolDescription): Record<string, readonly string[]> {
  const read = { tool, input: readSchema(tool.inputSchema), output: readSchema(tool.outputSchema) };
  const found = Object.entries(rules).map(([name, rule]) => [name, [...rule(read)]] as const);
  return Object.fromEntries(found.filter(([, faults]) => faults.length > 0));
}

const rules = {
  /** Nothing unknown is accepted or returned, at any level. */
  *strict({ input, output }) {
    for (const [side, whole] of sides(input, output)) {
      if (whole.type !== "object") yield `${side} is no object`;
      for (const { path, schema } of schemasOf(whole)) {
        const isObject = schema.type === "object" || schema.properties !== undefined;
        if (isObject && schema.additionalProperties !== false) yield `${side} ${path} takes unknown members`;
      }
    }
  },

  *described({ input, output }) {
    for (const [side, whole] of sides(input, output)) {
      for (const { path, schema } of membersOf(whole)) {
        if ((schema.description ?? "").length < 3) yield `${side} ${path}`;
      }
    }
  },

  *annotated({ tool }) {
    const { title, annotations } = mcpDefinition(tool);
    if (!/^[A-Z].{4,}/.test(title)) yield "title";
    for (const [hint, value] of Object.entries({
      readOnlyHint: annotations.readOnlyHint,
      destructiveHint: annotations.destructiveHint,
      idempotentHint: annotations.idempotentHint,
      openWorldHint: annotations.openWorldHint,
    })) {
      if (typeof value !== "boolean") yield hint;
    }
  },

  /** The description is all that a model sees: when to use the tool, what it returns, and in which units. */
  *"description says when, what and in which units"({ tool, output }) {
    const { description } = tool;
    if (description.split(/[.:;] /).length < 3) yield "less than three sentences";
    if (!/\bUse it\b/.test(description)) yield "does not say when to use it";
    if (!/\bReturns\b/.test(description)) yield "does not say what it returns";
    const members = [...membersOf(output)];
    if (members.some(({ schema }) => isMoney(schema)) && !description.includes("minor units")) {
      yield "does not say that amounts are in minor units";
    }
    const counts = members.some(({ name, schema }) => quantities.test(name) && schema.type === "integer");
    if (counts && !/\bwhole units\b/.test(description)) yield "does not say that quantities are whole units";
  },

  *"lists have pages"({ tool, input, output }) {
    const { limit, cursor } = input.properties ?? {};
    const { items, next_cursor: next } = output.properties ?? {};
    const isNamedList = /^(list|search)_/.test(tool.name);
    if (isNamedList && items?.type !== "array") yield "returns no items";
    if (!isNamedList && [limit, cursor, items, next].every((part) => part === undefined)) return;
    const { type, minimum, maximum = Number.POSITIVE_INFINITY } = limit ?? {};
    if (type !== "integer" || minimum !== 1 || maximum > 100 || typeof limit?.default !== "number") {
      yield "has no limit from 1 to at most 100 with a default";
    }
    if (cursor?.type !== "string" || input.required?.includes("cursor")) yield "takes no optional cursor";
    if (next?.type !== "string" || output.required?.includes("next_cursor")) yield "returns no next_cursor";
  },

  *"lists filter by status, date and customer"({ input, output }) {
    const wanted = new Set(shapesOfItems(output).flatMap((item) => Object.entries(item.properties ?? {})));
    const given = Object.entries(input.properties ?? {});
    const takes = (test: (name: string, schema: Schema) => boolean) =>
      given.some(([name, schema]) => test(name, schema));
    for (const [name, schema] of wanted) {
      if (/^(outbox_)?status$/.test(name) && !takes((field) => field === "status")) yield "status";
      if (isDate(schema) && !takes((_field, other) => isDate(other))) yield `days of ${name}`;
      for (const party of ["customer", "company", "supplier"]) {
        if (name !== party && name !== `${party}_id`) continue;
        if (!takes((field) => field === `${party}_id`)) yield party;
      }
    }
  },

  *"large records have a concise form"({ tool, input, output }) {
    const isLarge = [...schemasOf(output)].some(
      ({ path, schema }) => path !== "items" && schema.type === "array" && schema.items?.properties,
    );
    if (tool.effect !== "read" || !isLarge) return;
    const { enum: values, default: unless } = input.properties?.response_format ?? {};
    if (values?.join() !== "concise,detailed" || !values.includes(unless)) yield "response_format";
  },

  *"updates take expected_version"({ tool, input }) {
    if (tool.effect !== "update" && tool.effect !== "delete") return;
    const { type, minimum } = input.properties?.expected_version ?? {};
    const isOptional = !input.required?.includes("expected_version");
    if (type !== "integer" || minimum !== 1 || !isOptional) yield "expected_version";
  },

  *"records have their version"({ tool, output }) {
    for (const item of shapesOfItems(output)) if (!hasVersion(item)) yield "items[]";
    if (tool.effect === "read" || hasVersion(output)) return;
    const records = Object.values(output.properties ?? {}).flatMap(shapesOf);
    if (!records.some(hasVersion)) yield "the result";
  },

  /** `{ minor, currency }`, whole minor units, wherever an amount stands. */
  *"money is minor units and a currency"({ input, output }) {
    for (const [side, whole] of sides(input, output)) {
      for (const { path, name, schema, parent } of membersOf(whole)) {
        const amount = schema.type === "array" ? (schema.items ?? {}) : schema;
        if (amount.properties?.minor !== undefined && !isMoney(amount)) yield `${side} ${path}`;
        if (/(^|_)minor$/.test(name) && !isMoney(parent)) yield `${side} ${path}`;
        if (amounts.test(name) && amount.type !== "string" && amount.properties === undefined) {
          yield `${side} ${path}`;
        }
      }
    }
  },

  *"no number is a float"({ input, output }) {
    for (const [side, whole] of sides(input, output)) {
      for (const { path, schema } of schemasOf(whole)) if (schema.type === "number") yield `${side} ${path}`;
    }
  },

  *"days are ISO dates and instants RFC 3339"({ input, output }) {
    for (const [side, whole] of sides(input, output)) {
      for (const { path, name, schema } of membersOf(whole)) {
        const format = saidFormat(name, schema.description ?? "");
        if (format === undefined || schema.type === "integer" || schema.type === "object") continue;
        if (shapesOf(schema).some((shape) => shape.format !== format)) yield `${side} ${path}: no ${format}`;
      }
    }
  },

  *"a status is one of those named"({ input, output }) {
    for (const [side, whole] of sides(input, output)) {
      for (const { path, name, schema } of membersOf(whole)) {
        const values = schema.type === "array" ? schema.items?.enum : schema.enum;
        if (/(^|_)status$/.test(name) && values === undefined) yield `${side} ${path}`;
      }
    }
  },

  /** A model cannot tell a person what cus_0199… is. */
  *"names stand beside ids"({ output }) {
    for (const { path, name, parent } of membersOf(output)) {
      const names = namesOf(name);
      if (names !== undefined && !names.some((one) => parent.properties?.[one] !== undefined)) yield path;
    }
  },

  /** What a mask has to hide of people and their accounts; a policy about a field nobody marked hides nothing. */
  *"people and bank details are marked"({ input, output }) {
    for (const [side, whole] of sides(input, output)) {
      for (const { path, name, schema } of membersOf(whole)) {
        const tells = tellsOfPeople.test(name) || (side === "output" && /^(to|body)$/.test(name));
        const isText = schema.type === "string" && schema.format !== "date" && schema.format !== "date-time";
        if (isText && tells && schema["x-marks"] === undefined) yield `${side} ${path}`;
      }
    }
  },

  /** Else a mask would refuse the whole answer. */
  *"answers can do without what is marked"({ tool }) {
    for (const { path, maskable } of compileMask(tool.outputSchema, marks).fields) if (!maskable) yield path;
  },
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
export const ruleNames: readonly string[] = Object.keys(rules);

const tellsOfPeople = /^(contact_name|email|phone|job_title|street|postal_code|bank_reference)$/;
const quantities = /^(quantity|on_hand|available|reserved|outstanding|received|counted|difference)$/;
const amounts = /(^|_)(amount|total|price|cost|balance|debit|credit)$/;

/** What people call the thing that a member of this name identifies; undefined where the id is all there is. */
function namesOf(name: string): readonly string[] | undefined {
  const own = [
    "name",
    "ref",
    "number",
    "sku",
    "code",
    "title",
    "subject",
    "summary",
    "item_name",
    "count_id",
  ];
  const known: Readonly<Record<string, readonly string[]>> = {
    id: own,
    customer_id: ["customer_name"],
    supplier_id: ["supplier"],
    invoice_id: ["number", "invoice_number"],
    payment_id: ["bank_reference"],
    account_id: ["name", "account_name"],
    bank_account_id: ["bank_account_name"],
    item_id: ["item_name"],
    purchase_order_id: ["ref", "purchase_order_ref"],
    reservation_id: ["reference"],
    ...Object.fromEntries(
      ["owner", "company", "contact", "lead", "deal", "assignee"].map((of) => [`${of}_id`, []]),
    ),
  };
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

function sides(input: Schema, output: Schema) {
  return [
    ["input", input],
    ["output", output],
  ] as const;
}

function shapesOfItems({ properties }: Schema): readonly Schema[] {
  return properties?.items?.items === undefined ? [] : shapesOf(properties.items.items);
}

function hasVersion({ properties, required }: Schema): boolean {
  return properties?.version?.type === "integer" && required?.includes("version") === true;
}

function isDate(schema: Schema): boolean {
  return schema.format === "date" || schema.format === "date-time";
}

function isMoney({ properties, required }: Schema): boolean {
  const { minor, currency, ...others } = properties ?? {};
  const isWhole = minor?.type === "integer" && required?.toSorted().join() === "currency,minor";
  return isWhole && currency?.type === "string" && Object.keys(others).length === 0;
}

/** The format that a member's name or description promises. */
function saidFormat(name: string, description: string): string | undefined {
  if (/_on$/.test(name)) return "date";
  if (/_at$/.test(name)) return "date-time";
  return /YYYY-MM-DD|^(First|Last) day\b|^Day\b/.test(description) ? "date" : undefined;
}
