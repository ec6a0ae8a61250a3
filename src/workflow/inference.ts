import type { ASTNode } from "@marcbachmann/cel-js";
import { type Facts, notNullFact, presentFact, union } from "./narrowing.ts";
import { describeType, type Fault, type Field, unionOf, type ValueType, variantsOf } from "./types.ts";

/** What an expression may refer to, and what is certain where it stands. */
export interface TypeScope {
  variables: Readonly<Record<string, ValueType>>;
  facts: Facts;
}

/** Reports a fault at offsets into the expression's text. */
export type ReportFault = (fault: Fault, start: number, end: number) => void;

/** One inference under way. `infer` is passed along, so that the files of the checker do not import each other in a ring. */
export interface Inference {
  scope: TypeScope;
  report: ReportFault;
  infer(node: ASTNode, context: Inference): ValueType;
}

/** The context in which more is certain. */
export function withFacts(context: Inference, facts: Facts): Inference {
  if (facts.size === 0) return context;
  return { ...context, scope: { ...context.scope, facts: union(context.scope.facts, facts) } };
}

/** Infers an expression that must be true or false. */
export function expectBoolean(node: ASTNode, context: Inference): void {
  const type = context.infer(node, context);
  if (variantsOf(type).every(({ kind }) => kind === "boolean" || kind === "any")) return;
  const message = `Expected true or false, but this is ${describeType(type)}.`;
  const hint =
    type.kind === "optional"
      ? "Write x.?y.orValue(false)."
      : type.kind === "list"
        ? "Write size(list) > 0."
        : "Compare it with something.";
  context.report({ code: "wrong-type", message, hint }, node.start, node.end);
}

/** A type without null. */
export function withoutNull(type: ValueType): ValueType {
  return type.kind === "union" ? unionOf(type.variants.filter(({ kind }) => kind !== "null")) : type;
}

/** The type of a variable, its fields made as certain as the facts about them. */
export function refine(type: ValueType, variable: string, facts: Facts): ValueType {
  if (type.kind === "union") return unionOf(type.variants.map((variant) => refine(variant, variable, facts)));
  if (type.kind !== "record" || facts.size === 0) return type;
  const fields = [...type.fields].map(([name, field]): [string, Field] => {
    const path = `${variable}.${name}`;
    const required = field.required || facts.has(presentFact(path));
    return [name, { type: facts.has(notNullFact(path)) ? withoutNull(field.type) : field.type, required }];
  });
  return { ...type, fields: new Map(fields) };
}
