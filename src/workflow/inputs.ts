import { didYouMean } from "../core/closest.ts";
import { RingmainError } from "../core/errors.ts";
import { isRecord, type Json } from "../core/json.ts";
import type { Plan } from "./plan.ts";

/**
 * The inputs of a run: what was given, read by each input's schema (a command line gives texts only), and defaults.
 * Throws INPUT_INVALID naming the input and what is valid.
 */
export function resolveInputs(plan: Plan, given: Readonly<Record<string, Json>>): Record<string, Json> {
  const names = Object.keys(plan.inputs);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const hint = didYouMean(name, names) ?? `Its inputs: ${names.join(", ") || "none"}.`;
    throw new RingmainError("INPUT_INVALID", `${plan.workflow} has no input "${name}".`, { hint });
  }
  const resolved: Record<string, Json> = {};
  for (const [name, schema] of Object.entries(plan.inputs)) {
    if (!isRecord(schema)) continue;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined) resolved[name] = readInput(name, value, schema);
    else if (isJson(schema.default)) resolved[name] = schema.default;
    else if (schema.required !== false) {
      throw new RingmainError("INPUT_INVALID", `${plan.workflow} needs the input "${name}".`, {
        hint: `Give it ${describeInput(schema)}.`,
      });
    }
  }
  return resolved;
}

function isJson(value: unknown): value is Json {
  return value !== undefined;
}

function readInput(name: string, given: Json, schema: Record<string, unknown>): Json {
  const value = typeof given === "string" ? readText(given, schema.type) : given;
  if (value !== undefined && hasType(value, schema.type) && inRange(value, schema)) return value;
  const shown = JSON.stringify(given).slice(0, 80);
  throw new RingmainError("INPUT_INVALID", `The input "${name}" cannot be ${shown}.`, {
    hint: `It is ${describeInput(schema)}.`,
  });
}

/** A text as the type that the input has, or undefined when it cannot be read so. */
function readText(text: string, type: unknown): Json | undefined {
  switch (type) {
    case "integer":
      return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : undefined;
    case "number":
      return text.trim() === "" ? undefined : Number(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    default:
      return text;
  }
}

function hasType(value: Json, type: unknown): boolean {
  if (type === "integer") return Number.isSafeInteger(value);
  if (type === "number") return typeof value === "number" && Number.isFinite(value);
  return typeof value === type;
}

function inRange(value: Json, { minimum, maximum, enum: choices }: Record<string, unknown>): boolean {
  if (Array.isArray(choices) && !choices.includes(value)) return false;
  if (typeof value !== "number") return true;
  if (typeof minimum === "number" && value < minimum) return false;
  return typeof maximum !== "number" || value <= maximum;
}

/** For a hint: `an integer of at least 1`, `one of open, won`. */
function describeInput({ type, minimum, maximum, enum: choices }: Record<string, unknown>): string {
  if (Array.isArray(choices)) return `one of ${choices.map(String).join(", ")}`;
  const names: Readonly<Record<string, string>> = {
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
  };
  const least = typeof minimum === "number" ? `at least ${minimum}` : undefined;
  const most = typeof maximum === "number" ? `at most ${maximum}` : undefined;
  const bounds = [least, most].filter((bound) => bound !== undefined).join(" and ");
  return (names[String(type)] ?? "a text") + (bounds && ` of ${bounds}`);
}
