import { RingmainError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { type CelResult, type CelVariables, celMessage, evaluateExpression, fromCel } from "./cel.ts";

/** A piece of a text: as written, or an expression between `${{` and `}}`. */
export type TemplatePart =
  | { kind: "text"; text: string }
  | {
      kind: "expression";
      expression: string;
      /** Where the expression starts in the text. */
      offset: number;
    }
  /** A `${{` that is never closed. */
  | { kind: "unclosed"; offset: number };

const split = new Map<string, readonly TemplatePart[]>();
const mostSplit = 5_000;

/** The parts of a text, in order. */
export function splitTemplate(text: string): readonly TemplatePart[] {
  const known = split.get(text);
  if (known) return known;
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("${{", at);
    if (open === -1) break;
    if (open > at) parts.push({ kind: "text", text: text.slice(at, open) });
    const close = findClose(text, open + 3);
    if (close === undefined) {
      parts.push({ kind: "unclosed", offset: open });
      at = text.length;
      break;
    }
    const inside = text.slice(open + 3, close);
    const lead = inside.length - inside.trimStart().length;
    parts.push({ kind: "expression", expression: inside.trim(), offset: open + 3 + lead });
    at = close + 2;
  }
  if (at < text.length) parts.push({ kind: "text", text: text.slice(at) });
  if (split.size >= mostSplit) split.clear();
  split.set(text, parts);
  return parts;
}

/** Where the `}}` of an expression is, looking past braces and texts inside it. */
function findClose(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"' || character === "'") {
      at = endOfText(text, at, character);
    } else if (character === "{") {
      depth += 1;
    } else if (character === "}") {
      if (depth === 0) return text[at + 1] === "}" ? at : undefined;
      depth -= 1;
    }
  }
  return undefined;
}

/** The offset of the quote that ends a text which starts at an offset. */
function endOfText(text: string, from: number, quote: string): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

/** The expression that is the whole of a text, which therefore keeps its type. */
export function wholeExpression(text: string): Extract<TemplatePart, { kind: "expression" }> | undefined {
  const parts = splitTemplate(text.trim() === text ? text : text.trim());
  const [only] = parts;
  if (parts.length !== 1 || only?.kind !== "expression") return undefined;
  return { ...only, offset: only.offset + (text.length - text.trimStart().length) };
}

/**
 * Evaluates any JSON tree with `${{ }}` in its texts. A text that is one expression takes the expression's value
 * and type; elsewhere expressions become text. A member whose expression comes to none is left out.
 * Throws STEP_FAILED naming the expression.
 */
export function evaluateTemplate(template: Json, variables: CelVariables): Json {
  const value = evaluateMember(template, variables);
  if (value !== undefined) return value;
  throw new RingmainError("STEP_FAILED", "The expression came to no value.", {
    hint: 'Give it a value for that case: x.?y.orValue("…").',
  });
}

/** The same, where none is allowed: it comes back as undefined. */
export function evaluateMember(template: Json, variables: CelVariables): CelResult {
  if (typeof template === "string") return evaluateText(template, variables);
  if (template === null || typeof template !== "object") return template;
  if (Array.isArray(template)) return template.map((item) => evaluateTemplate(item, variables));
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(template)) {
    const value = evaluateMember(member, variables);
    if (value !== undefined) members.push([key, value]);
  }
  return Object.fromEntries(members);
}

function evaluateText(template: string, variables: CelVariables): CelResult {
  if (!template.includes("${{")) return template;
  const whole = wholeExpression(template);
  if (whole) return guarded(whole.expression, () => fromCel(evaluateExpression(whole.expression, variables)));
  return splitTemplate(template)
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "unclosed") return template.slice(part.offset);
      return guarded(part.expression, () => textOf(fromCel(evaluateExpression(part.expression, variables))));
    })
    .join("");
}

/** Evaluates a condition: an expression, with or without `${{ }}` around it. Throws STEP_FAILED. */
export function evaluateCondition(text: string, variables: CelVariables): boolean {
  const expression = wholeExpression(text)?.expression ?? text.trim();
  const value = guarded(expression, () => evaluateExpression(expression, variables));
  if (typeof value === "boolean") return value;
  throw new RingmainError("STEP_FAILED", `The condition ${expression} is not true or false.`);
}

/** Writes a value inside a text. Throws RangeError for one that has no text. */
function textOf(value: CelResult): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new RangeError("a list, an object, null or no value cannot stand inside a text");
}

function guarded<Value>(expression: string, evaluate: () => Value): Value {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof RingmainError) throw error;
    const message = `The expression ${shorten(expression)} failed: ${celMessage(error)}`;
    throw new RingmainError("STEP_FAILED", message, { cause: error });
  }
}

function shorten(expression: string): string {
  const line = expression.replace(/\s+/g, " ");
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
