import type { ASTNode } from "@marcbachmann/cel-js";
import { didYouMean } from "../core/closest.ts";
import { accessField } from "./field-access.ts";
import { inferCall, inferMethod } from "./infer-calls.ts";
import { typeOfOperation } from "./infer-operators.ts";
import { expectBoolean, type Inference, withFacts, withoutNull } from "./inference.ts";
import { accessPath, factsOf, notNullFact, presentFact } from "./narrowing.ts";
import {
  anyType,
  booleanType,
  describeType,
  doubleType,
  type Fault,
  type Field,
  integerType,
  isNumeric,
  joinTypes,
  listOf,
  nullType,
  unionOf,
  type ValueType,
} from "./types.ts";

/**
 * The type of an expression, by the types of its variables. Faults are reported where they stand, and their part
 * counts as `any`, so that one mistake is told once.
 */
export function infer(node: ASTNode, context: Inference): ValueType {
  const { report } = context;
  switch (node.op) {
    case "value":
      return typeOfLiteral(node.args);
    case "id":
      return inferVariable(node.args, node, context);
    case ".":
    case ".?":
      return inferField(node, node.args[0], node.args[1], context);
    case "[]":
    case "[?]":
      return inferIndex(node, context);
    case "list":
      return listOf(joinAll(node.args.map((item) => infer(item, context))));
    case "map":
      return inferRecord(node.args, context);
    case "?:": {
      const [condition, then, otherwise] = node.args;
      expectBoolean(condition, context);
      return joinTypes(
        infer(then, withFacts(context, factsOf(condition, true))),
        infer(otherwise, withFacts(context, factsOf(condition, false))),
      );
    }
    case "&&":
    case "||": {
      const [left, right] = node.args;
      expectBoolean(left, context);
      expectBoolean(right, withFacts(context, factsOf(left, node.op === "&&")));
      return booleanType;
    }
    case "!_":
      expectBoolean(node.args, context);
      return booleanType;
    case "-_": {
      const type = infer(node.args, context);
      if (isNumeric(type)) return negated(type);
      if (type.kind !== "any") {
        report(
          { code: "wrong-type", message: `-${describeType(type)} is not possible.` },
          node.start,
          node.end,
        );
      }
      return anyType;
    }
    case "call":
      return inferCall(node, context);
    case "rcall":
      return inferMethod(node, context);
    default: {
      const [left, right] = node.args;
      const { type, fault } = typeOfOperation(node.op, infer(left, context), infer(right, context));
      if (fault) report(fault, faultStart(fault, left, right, node), node.end);
      return type;
    }
  }
}

function typeOfLiteral(value: unknown): ValueType {
  if (value === null) return nullType;
  if (typeof value === "string") return { kind: "string", values: [value] };
  if (typeof value === "bigint") return { kind: "integer", values: [Number(value)] };
  if (typeof value === "boolean") return { kind: "boolean", values: [value] };
  return typeof value === "number" ? doubleType : anyType;
}

function negated(type: ValueType): ValueType {
  if (type.kind === "integer" && type.values) return { kind: "integer", values: type.values.map((v) => -v) };
  return type.kind === "integer" ? integerType : type;
}

function inferVariable(name: string, node: ASTNode, { scope, report }: Inference): ValueType {
  const type = Object.hasOwn(scope.variables, name) ? scope.variables[name] : undefined;
  if (type) return type;
  const known = Object.keys(scope.variables);
  const hint = didYouMean(name, known) ?? `Known here: ${known.join(", ")}.`;
  report({ code: "unknown-variable", message: `There is no "${name}" here.`, hint }, node.start, node.end);
  return anyType;
}

function inferField(node: ASTNode, base: ASTNode, field: string, context: Inference): ValueType {
  const { scope, report } = context;
  const baseType = infer(base, context);
  const lenient = node.op === ".?" || baseType.kind === "optional";
  const inner = baseType.kind === "optional" ? baseType.value : baseType;
  const access = accessField(inner, field);
  const start = node.range.start === base.start ? fieldStart(node, field) : node.start;
  if (access.fault) {
    report(access.fault, start, start + field.length);
    return anyType;
  }
  if (lenient) return { kind: "optional", value: access.type };
  const path = accessPath(node);
  const known = path !== undefined && scope.facts.has(presentFact(path));
  if (!access.required && !known) {
    const text = path ?? `x.${field}`;
    const test = path === undefined ? "has(x.y)" : `has(${path})`;
    const message = `${access.reason ?? `"${field}" may be missing`}, so ${text} must be handled.`;
    const hint = `Test it first, ${test} ? … : …, or write .?${field} and end with .orValue(…).`;
    report({ code: "may-be-missing", message, hint }, start, start + field.length);
  }
  const certain = path !== undefined && scope.facts.has(notNullFact(path));
  return certain ? withoutNull(access.type) : access.type;
}

/** The offset of a field's name after the dot: cel-js keeps it as the node's anchor. */
function fieldStart(node: ASTNode, field: string): number {
  const anchored = node.input.startsWith(field, node.pos)
    ? node.pos
    : node.input.lastIndexOf(field, node.end);
  return Math.max(node.start, anchored);
}

function inferIndex(node: Extract<ASTNode, { op: "[]" | "[?]" }>, context: Inference): ValueType {
  const [base, index] = node.args;
  if (index.op === "value" && typeof index.args === "string") {
    return inferField(node, base, index.args, context);
  }
  const baseType = infer(base, context);
  const indexType = infer(index, context);
  const inner = baseType.kind === "optional" ? baseType.value : baseType;
  const optional = node.op === "[?]" || baseType.kind === "optional";
  const wrap = (type: ValueType): ValueType => (optional ? { kind: "optional", value: type } : type);
  if (inner.kind === "any" || indexType.kind === "any") return wrap(anyType);
  if (inner.kind === "list" && indexType.kind === "integer") return wrap(inner.items);
  if (inner.kind === "record" && indexType.kind === "string" && inner.rest) return wrap(inner.rest);
  const message = `${describeType(inner)} cannot be indexed by ${describeType(indexType)}.`;
  context.report({ code: "wrong-type", message }, index.start, index.end);
  return anyType;
}

function joinAll([first, ...others]: readonly ValueType[]): ValueType {
  return first === undefined ? unionOf([]) : others.reduce(joinTypes, first);
}

function inferRecord(entries: readonly (readonly [ASTNode, ASTNode])[], context: Inference): ValueType {
  const fields = new Map<string, Field>();
  let rest: ValueType | undefined;
  for (const [key, value] of entries) {
    const keyType = infer(key, context);
    const type = infer(value, context);
    if (type.kind === "optional") {
      const hint = 'Give the missing case a value: x.?y.orValue("…").';
      const message = "A field of an object must have a value.";
      context.report({ code: "may-be-missing", message, hint }, value.start, value.end);
    }
    const name = keyType.kind === "string" && keyType.values?.length === 1 ? keyType.values[0] : undefined;
    if (name !== undefined) fields.set(name, { type, required: true });
    else rest = rest ? joinTypes(rest, type) : type;
    if (keyType.kind !== "string" && keyType.kind !== "any") {
      context.report({ code: "wrong-type", message: "A key must be a text." }, key.start, key.end);
    }
  }
  return { kind: "record", fields, closed: true, ...(rest && { rest }) };
}

/** A literal that an enum lacks is the thing to point at; any other fault concerns the whole operation. */
function faultStart(fault: Fault, left: ASTNode, right: ASTNode, whole: ASTNode): number {
  if (fault.code !== "unknown-value") return whole.start;
  if (right.op === "value" || right.op === "list") return right.start;
  return left.op === "value" ? left.start : whole.start;
}
