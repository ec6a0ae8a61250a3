import type { ToolModel } from "./cedar-schema.ts";
import type { CedarRecord } from "./cedar-type.ts";
import type { ScannedPolicy, Token } from "./scan-policies.ts";

/**
 * A tool with only those facts and arguments that some policies can look at, since what Cedar is not told costs
 * nothing: a hundred invoice lines in a request take it 20 ms. A policy reaches a property by its name only, unless
 * it takes the arguments as a whole; then, or where a name is written with an escape, nothing is left out.
 */
export function narrowModel(model: ToolModel, policies: readonly ScannedPolicy[]): ToolModel {
  const names = namesReached(policies);
  if (names === "all") return model;
  const factNames = policies.map(({ tokens }) => factsNamed(tokens));
  const isSure = factNames.every((found) => found !== undefined);
  const ofFacts = isSure ? new Set(factNames.flatMap((found) => [...(found ?? [])])) : names;
  return { ...model, arguments: narrow(model.arguments, names), facts: narrow(model.facts, ofFacts) };
}

/**
 * The facts that a policy reads as `resource.name`, `resource["name"]` or `resource has name`; undefined when it uses
 * the resource in any other way, and so might reach all of them.
 */
function factsNamed(tokens: readonly Token[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  const uses = tokens.flatMap(({ text }, index) => (text === "resource" ? [index] : []));
  for (const [use, index] of uses.entries()) {
    const [next = "", name = ""] = tokens.slice(index + 1, index + 3).map(({ text }) => text);
    if (next === "." || next === "[" || next === "has") names.add(name.replaceAll('"', ""));
    else if (use > 0 || ![")", ",", "is", "==", "in"].includes(next)) return undefined; // the first stands in the head
  }
  return names;
}

/** The names that policies can reach properties by, among others; `all` when they may reach any. */
export function namesReached(policies: readonly ScannedPolicy[]): ReadonlySet<string> | "all" {
  if (policies.some(({ tokens }) => tokens.some((token, index) => mayReachAll(tokens, token, index))))
    return "all";
  return new Set(policies.flatMap(({ tokens }) => tokens.map(({ text }) => text.replaceAll('"', ""))));
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
