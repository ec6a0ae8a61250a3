import type { ToolModel } from "./cedar-schema.ts";
import type { CedarRecord } from "./cedar-type.ts";
import type { ScannedPolicy, Token } from "./scan-policies.ts";

/**
 * A tool with only those facts and arguments that some policies can look at, since what Cedar is not told costs
 * nothing: a hundred invoice lines in a request take it 20 ms. A policy reaches a property by its name only, unless
 * it takes the arguments as a whole; then, or where a name is written with an escape, nothing is left out.
 */
export function narrowModel(model: ToolModel, policies: readonly ScannedPolicy[]): ToolModel {
  if (policies.some(({ tokens }) => tokens.some((token, index) => mayReachAll(tokens, token, index))))
    return model;
  const names = new Set(policies.flatMap(({ tokens }) => tokens.map(({ text }) => text.replaceAll('"', ""))));
  return { ...model, arguments: narrow(model.arguments, names), facts: narrow(model.facts, names) };
}

function mayReachAll(tokens: readonly Token[], token: Token, index: number): boolean {
  if (token.text.includes("\\")) return true;
  if (token.text !== "context") return false;
  const [dot, name, next] = tokens.slice(index + 1, index + 4).map(({ text }) => text);
  return !(dot === "." && name === "arguments" && (next === "." || next === "[" || next === "has"));
}

function narrow(record: CedarRecord, names: ReadonlySet<string>): CedarRecord {
  return { ...record, fields: new Map([...record.fields].filter(([name]) => names.has(name))) };
}
