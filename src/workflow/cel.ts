import { type ASTNode, Environment, Optional, type ParseResult } from "@marcbachmann/cel-js";
import type { Json } from "../core/json.ts";
import { addDays, Days, subtractDays } from "./functions/dates.ts";
import { celFunctions } from "./functions/registry.ts";

/**
 * A value as CEL holds it: integers are BigInt, other numbers stay numbers, records have only own keys.
 * Made by `toCel` once for each result, not once for each expression.
 */
export type CelValue = null | boolean | bigint | number | string | CelValue[] | { [key: string]: CelValue };

/** The variables of an expression by name. */
export type CelVariables = Readonly<Record<string, CelValue>>;

/** What an expression may come to. `undefined` is CEL's none: a value that is not there. */
export type CelResult = Json | undefined;

/**
 * One environment for every expression. All variables are dynamic here, because types are checked beforehand by
 * `infer`, against JSON Schemas, which say more than CEL's own types can (enums, fields that may be missing).
 */
const environment = buildEnvironment();

function buildEnvironment(): Environment {
  const built = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxAstNodes: 2_000, maxDepth: 60 },
  });
  built.registerType("Days", Days);
  for (const { implementation } of celFunctions) {
    if (implementation) {
      built.registerFunction({
        signature: implementation.signature,
        handler: implementation.run,
        async: false,
      });
    }
  }
  built.registerOperator("string + Days: string", addDays);
  built.registerOperator("string - Days: string", subtractDays);
  const mixed = {
    "+": (a: number, b: number) => a + b,
    "-": (a: number, b: number) => a - b,
    "*": (a: number, b: number) => a * b,
    "/": (a: number, b: number) => a / b,
  };
  for (const [operator, compute] of Object.entries(mixed)) {
    built.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) => compute(Number(a), b));
    built.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) => compute(a, Number(b)));
  }
  return built;
}

/** Where an expression cannot be read, as offsets into its text. */
export interface SyntaxFault {
  message: string;
  /** Whether there is no syntax tree at all. */
  unreadable: boolean;
  start: number;
  end: number;
}

export interface Parsed {
  ast: ASTNode;
  evaluate: ParseResult;
}

const parsed = new Map<string, Parsed>();
/** Enough for every expression of a large workspace; beyond it the oldest is parsed again when needed. */
const mostParsed = 5_000;

/** Parses an expression, remembering it. Throws cel-js's ParseError. */
export function parseExpression(text: string): Parsed {
  const known = parsed.get(text);
  if (known) return known;
  const evaluate = environment.parse(text);
  const result = { ast: evaluate.ast, evaluate };
  if (parsed.size >= mostParsed) {
    const [oldest] = parsed.keys();
    if (oldest !== undefined) parsed.delete(oldest);
  }
  parsed.set(text, result);
  return result;
}

/** What keeps cel-js from reading an expression or from evaluating it whatever its variables hold, or undefined. */
export function findSyntaxFault(text: string): SyntaxFault | undefined {
  try {
    const check = parseExpression(text).evaluate.check();
    return check.valid ? undefined : syntaxFault(check.error, text, false);
  } catch (error) {
    return syntaxFault(error, text, true);
  }
}

function syntaxFault(error: unknown, text: string, unreadable: boolean): SyntaxFault {
  const range: unknown = typeof error === "object" && error !== null && Reflect.get(error, "range");
  const start = offsetIn(range, "start", 0);
  const end = offsetIn(range, "end", text.length);
  return { message: celMessage(error), unreadable, start, end };
}

function offsetIn(range: unknown, name: string, otherwise: number): number {
  const offset: unknown = typeof range === "object" && range !== null ? Reflect.get(range, name) : undefined;
  return typeof offset === "number" ? offset : otherwise;
}

/** The message of an error of cel-js without its drawing of the source. */
export function celMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const summary: unknown = Reflect.get(error, "summary");
  return typeof summary === "string" ? summary : error.message;
}

/** Evaluates an expression to a CEL value. Throws what cel-js and the functions throw. */
export function evaluateExpression(text: string, variables: CelVariables): unknown {
  return parseExpression(text).evaluate(variables);
}

/** Brings a JSON value into CEL. An integer beyond 2^53 stays a floating-point number, as JSON holds it. */
export function toCel(value: Json): CelValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toCel);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toCel(member)]));
}

/** Brings a CEL value back to JSON. Throws RangeError for one that JSON cannot hold exactly. */
export function fromCel(value: unknown): CelResult {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "bigint": {
      const number = Number(value);
      if (Number.isSafeInteger(number)) return number;
      throw new RangeError(`the integer ${value} is too large for JSON`);
    }
    case "number":
      if (Number.isFinite(value)) return value;
      throw new RangeError("the number is not finite");
    case "object":
      return value === null ? null : fromCelObject(value);
    default:
      throw new RangeError(`a ${typeof value} cannot be written as JSON`);
  }
}

function fromCelObject(value: object): CelResult {
  if (value instanceof Optional) return value.hasValue() ? fromCel(value.value()) : undefined;
  if (Array.isArray(value)) return value.map(fromCelMember);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (value instanceof Map || prototype === Object.prototype || prototype === null) {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    const members = entries.map(([key, member]): [string, CelResult] => [String(key), fromCel(member)]);
    return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined));
  }
  if (value instanceof Days) throw new RangeError("days can only be added to a date");
  throw new RangeError("this value cannot be written as JSON");
}

function fromCelMember(value: unknown): Json {
  const member = fromCel(value);
  if (member === undefined) throw new RangeError("an item of the list is not there");
  return member;
}
