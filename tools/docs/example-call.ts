import type { Json } from "../../src/core/json.ts";
import { type ToolDescription, toolId } from "../../src/core/tool-description.ts";
import { chosenExamples } from "./chosen-examples.ts";
import { isMoney, propertiesOf, type Schema, shapesOf } from "./field-rows.ts";

/** What people write where a description gives no example. */
const words: Readonly<Record<string, string>> = {
  bank_reference: "RF18 5390 0754 7034",
  body: "Please settle the invoice by Friday.",
  company_name: "Douro Yachts",
  contact_name: "Maria Silva",
  description: "Rope, 12 mm",
  external_id: "4711",
  location: "MAIN",
  memo: "Rent for November",
  from: "MAIN",
  to: "QUAY",
  duplicate_id: "COMP-0019",
  entry_id: "ent_0199a1c2",
  month: "2026-10",
  purchase_order_id: "PO-0007",
  reservation_id: "res_0199a1c2",
  supplier_id: "sup_0199a1c2",
  reason: "Agreed by phone",
  subject: "Reminder: INV-2026-0042",
  summary: "Wants a quote by Friday",
};

/** Arguments with which a tool may be called: chosen ones, else what it requires, each value from its schema. */
export function exampleArguments(tool: ToolDescription): Readonly<Record<string, Json>> {
  const [schema = {}] = shapesOf(tool.inputSchema);
  return chosenExamples[toolId(tool)] ?? exampleOf(schema);
}

/** The command line that makes the call of an example. */
export function exampleCommand(tool: ToolDescription): string {
  const given = Object.entries(exampleArguments(tool)).map(([name, value]) => {
    const text = `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;
    return `-a ${/^[\w=.:@/,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`}`;
  });
  const command = ["ringmain call", toolId(tool), ...given].join(" ");
  return command.length <= 100 ? command : [`ringmain call ${toolId(tool)}`, ...given].join(" \\\n  ");
}

/** An object with the fields that are required. */
function exampleOf(schema: Schema): Record<string, Json> {
  const fields = propertiesOf(schema);
  const required = Array.isArray(schema.required) ? schema.required.filter(isText) : [];
  return Object.fromEntries(required.map((name) => [name, exampleValue(name, fields[name])]));
}

function exampleValue(name: string, schema: unknown): Json {
  const [shape] = shapesOf(schema);
  if (shape === undefined) return null;
  if (isMoney(shape)) return { minor: 1250, currency: "EUR" };
  if (isText(shape.const)) return shape.const;
  if (Array.isArray(shape.enum)) return isText(shape.enum[0]) ? shape.enum[0] : null;
  switch (shape.type) {
    case "object":
      return exampleOf(shape);
    case "array":
      return [exampleValue(name, shape.items)];
    case "integer":
    case "number":
      return Math.max(1, Number(shape.minimum ?? 1));
    case "boolean":
      return true;
    default:
      return exampleText(name, shape);
  }
}

function exampleText(name: string, { description, format, pattern }: Schema): string {
  if (format === "date") return "2026-11-23";
  if (format === "date-time") return "2026-11-23T08:00:00Z";
  if (format === "email") return "maria@douro.example";
  if (pattern === "^[A-Z]{3}$") return "EUR";
  return exampleIn(description) ?? words[name] ?? name;
}

/** `e.g. ROPE-12;` and `such as COMP-0007.` in a description. */
function exampleIn(description: unknown): string | undefined {
  if (typeof description !== "string") return undefined;
  const found = /(?:e\.g\.|such as) (?:"([^"]+)"|([^;,.()]+?)(?= or |\. |[;,.()]|$))/.exec(description);
  const text = found?.[1] ?? found?.[2];
  return text?.includes("…") ? undefined : text;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
