import type { ASTNode } from "@marcbachmann/cel-js";
import { didYouMean } from "../core/closest.ts";
import { findMismatch } from "./assignable.ts";
import { accessField } from "./field-access.ts";
import type { CelFunction } from "./functions/cel-function.ts";
import { celFunctions } from "./functions/registry.ts";
import { expectBoolean, type Inference, refine, withFacts } from "./inference.ts";
import { factsOf, factsWithout } from "./narrowing.ts";
import {
  anyType,
  booleanType,
  describeType,
  type Fault,
  joinTypes,
  listOf,
  stringType,
  type ValueType,
  variantsOf,
} from "./types.ts";

const macros = ["map", "filter", "all", "exists", "exists_one"];
const optionalMethods = ["orValue", "or", "hasValue", "value"];

/** The type of `name(arguments)`. */
export function inferCall(node: Extract<ASTNode, { op: "call" }>, context: Inference): ValueType {
  const [name, parameters] = node.args;
  if (name === "has") return inferHas(node, parameters, context);
  return inferFunction(name, false, parameters, node, context);
}

/** The type of `receiver.name(arguments)`. */
export function inferMethod(node: Extract<ASTNode, { op: "rcall" }>, context: Inference): ValueType {
  const [name, receiver, parameters] = node.args;
  if (receiver.op === "id" && receiver.args === "cel" && name === "bind") {
    return inferBind(parameters, context);
  }
  if (receiver.op === "id" && receiver.args === "optional") {
    return inferOptional(name, parameters, node, context);
  }
  if (macros.includes(name)) return inferMacro(name, receiver, parameters, context);
  if (optionalMethods.includes(name)) return inferOptionalMethod(name, receiver, parameters, node, context);
  return inferFunction(name, true, [receiver, ...parameters], node, context);
}

function inferFunction(
  name: string,
  method: boolean,
  parameters: readonly ASTNode[],
  node: ASTNode,
  context: Inference,
): ValueType {
  const types = parameters.map((parameter) => context.infer(parameter, context));
  const named = celFunctions.filter((known) => known.name === name);
  const candidates = named.filter((known) => (known.method ?? false) === method);
  const report = (fault: Fault, at: ASTNode = node): ValueType => {
    context.report(fault, at.start, at.end);
    return anyType;
  };
  if (candidates.length === 0) return report(unknownFunction(name, method, named));
  const sized = candidates.filter((known) => known.parameters.length === types.length);
  if (sized.length === 0) {
    const hint = candidates.map(usage).join(" or ");
    return report({
      code: "wrong-arguments",
      message: `${name} does not take ${types.length} values.`,
      hint,
    });
  }
  const chosen = sized.find((known) => known.parameters.every((want, index) => fits(types[index], want)));
  if (!chosen) {
    const [first] = sized;
    const wrong = types.findIndex((type, index) => !fits(type, first?.parameters[index]));
    const want = first?.parameters[wrong] ?? anyType;
    const mismatch = findMismatch(types[wrong] ?? anyType, want);
    const message = mismatch?.message ?? `Expected ${describeType(want)}.`;
    const hint = mismatch?.hint ?? sized.map(usage).join(" or ");
    return report({ code: mismatch?.code ?? "wrong-type", message, hint }, parameters[wrong]);
  }
  if (typeof chosen.result !== "function") return chosen.result;
  return chosen.result({ types, fault: (index, fault) => report(fault, parameters[index]) });
}

function fits(type: ValueType | undefined, want: ValueType | undefined): boolean {
  return findMismatch(type ?? anyType, want ?? anyType) === undefined;
}

function usage({ name, method, parameters }: CelFunction): string {
  const words = parameters.map((parameter) => describeType(parameter));
  const [receiver, ...others] = words;
  return method ? `${receiver}.${name}(${others.join(", ")})` : `${name}(${words.join(", ")})`;
}

function unknownFunction(name: string, method: boolean, named: readonly CelFunction[]): Fault {
  const code = "unknown-function";
  if (name === "matches") {
    const hint = "Use contains, startsWith, endsWith or split.";
    return { code, message: "matches is not available: a regular expression can hang a run.", hint };
  }
  const [other] = named;
  if (other) return { code, message: `${name} is used in another way.`, hint: `Write ${usage(other)}.` };
  const known = [...new Set([...celFunctions.map((f) => f.name), ...macros, "has"])];
  const message = `There is no ${method ? "method" : "function"} ${name}.`;
  return { code, message, hint: didYouMean(name, known) ?? `Known: ${known.join(", ")}.` };
}

function inferHas(node: ASTNode, [argument]: readonly ASTNode[], context: Inference): ValueType {
  if (argument?.op !== "." && argument?.op !== ".?") {
    const hint = "For instance has(steps.deal.owner).";
    const fault = { code: "wrong-arguments", message: "has takes one access to a field.", hint };
    context.report(fault, node.start, node.end);
    return booleanType;
  }
  const [base, field] = argument.args;
  const baseType = context.infer(base, context);
  const { fault } = accessField(baseType.kind === "optional" ? baseType.value : baseType, field);
  if (fault) context.report(fault, argument.pos, argument.end);
  return booleanType;
}

/** The context inside a macro, where its own variable has a type. */
function within(context: Inference, variable: string, type: ValueType): Inference {
  const { scope } = context;
  const variables = { ...scope.variables, [variable]: type };
  return { ...context, scope: { variables, facts: factsWithout(scope.facts, variable) } };
}

function inferMacro(
  name: string,
  receiver: ASTNode,
  parameters: readonly ASTNode[],
  context: Inference,
): ValueType {
  const items = itemsOf(receiver, context);
  const [variable, first, second] = parameters;
  if (variable?.op !== "id" || first === undefined || (second !== undefined && name !== "map")) {
    const fault = {
      code: "wrong-arguments",
      message: `${name} takes a name and an expression.`,
      hint: `For instance list.${name}(item, ${name === "map" ? "item.id" : "item.quantity > 0"}).`,
    };
    context.report(fault, receiver.start, receiver.end);
    return anyType;
  }
  const inside = within(context, variable.args, items);
  if (name === "map") {
    if (second === undefined) return listOf(inside.infer(first, inside));
    expectBoolean(first, inside);
    return listOf(inferIn(second, withFacts(inside, factsOf(first, true))));
  }
  expectBoolean(first, inside);
  if (name !== "filter") return booleanType;
  return listOf(refine(items, variable.args, factsOf(first, true)));
}

/** What a macro goes through: the items of a list, or the names of a record's fields. */
function itemsOf(receiver: ASTNode, context: Inference): ValueType {
  const type = context.infer(receiver, context);
  const kinds = variantsOf(type).map((variant): ValueType | undefined => {
    if (variant.kind === "list") return variant.items;
    if (variant.kind === "record") return stringType;
    return variant.kind === "any" ? anyType : undefined;
  });
  const [first, ...others] = kinds.filter((kind) => kind !== undefined);
  if (first === undefined || kinds.includes(undefined)) {
    const hint = type.kind === "optional" ? "Write x.?y.orValue([]).map(…)." : undefined;
    const message = `Expected a list, but this is ${describeType(type)}.`;
    context.report({ code: "wrong-type", message, hint }, receiver.start, receiver.end);
    return anyType;
  }
  return others.reduce(joinTypes, first);
}

function inferBind([variable, value, body]: readonly ASTNode[], context: Inference): ValueType {
  if (variable?.op !== "id" || !value || !body) return anyType;
  return inferIn(body, within(context, variable.args, context.infer(value, context)));
}

function inferOptional(
  name: string,
  [value]: readonly ASTNode[],
  node: ASTNode,
  context: Inference,
): ValueType {
  if (name === "of" && value) return { kind: "optional", value: context.infer(value, context) };
  if (name === "none" && !value) return { kind: "optional", value: { kind: "union", variants: [] } };
  const fault = {
    code: "unknown-function",
    message: `There is no optional.${name}.`,
    hint: "optional.of(x) or optional.none().",
  };
  context.report(fault, node.start, node.end);
  return anyType;
}

function inferOptionalMethod(
  name: string,
  receiver: ASTNode,
  [other]: readonly ASTNode[],
  node: ASTNode,
  context: Inference,
): ValueType {
  const type = context.infer(receiver, context);
  const otherType = other ? context.infer(other, context) : anyType;
  if (type.kind === "any") return name === "hasValue" ? booleanType : anyType;
  if (type.kind !== "optional") {
    const message = `${name} is for a value that may be missing, but this is ${describeType(type)}.`;
    const hint = `Write .? before the field that may be missing, or leave .${name}(…) out.`;
    context.report({ code: "wrong-type", message, hint }, node.start, node.end);
    return anyType;
  }
  if (name === "hasValue") return booleanType;
  if (name === "value") return type.value;
  return name === "or" ? joinTypes(type, otherType) : joinTypes(type.value, otherType);
}

function inferIn(node: ASTNode, context: Inference): ValueType {
  return context.infer(node, context);
}
