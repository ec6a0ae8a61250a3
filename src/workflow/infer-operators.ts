import type { BinaryOperator } from "@marcbachmann/cel-js";
import { didYouMean } from "../core/closest.ts";
import {
  anyType,
  booleanType,
  dateType,
  describeType,
  doubleType,
  type Fault,
  integerType,
  isNumeric,
  joinTypes,
  listOf,
  numberType,
  stringType,
  type ValueType,
  variantsOf,
} from "./types.ts";

/** The type of `left operator right`, or why there is none. */
export function typeOfOperation(
  operator: BinaryOperator,
  left: ValueType,
  right: ValueType,
): { type: ValueType; fault?: Fault } {
  switch (operator) {
    case "==":
    case "!=": {
      const fault = comparisonFault(left, right);
      return { type: booleanType, ...(fault && { fault }) };
    }
    case "in": {
      const fault = membershipFault(left, right);
      return { type: booleanType, ...(fault && { fault }) };
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordered(left, right)
        ? { type: booleanType }
        : { type: booleanType, fault: noOperation(operator, left, right) };
    default:
      return typeOfArithmetic(operator, left, right);
  }
}

function typeOfArithmetic(
  operator: "+" | "-" | "*" | "/" | "%",
  left: ValueType,
  right: ValueType,
): { type: ValueType; fault?: Fault } {
  if (left.kind === "any" || right.kind === "any") return { type: anyType };
  if (isNumeric(left) && isNumeric(right)) return typeOfNumbers(operator, left, right);
  if (operator === "+") {
    if (right.kind === "days" && isDate(left)) return { type: dateType };
    if (left.kind === "string" && right.kind === "string") return { type: stringType };
    if (left.kind === "list" && right.kind === "list") {
      return { type: listOf(joinTypes(left.items, right.items)) };
    }
  }
  if (operator === "-" && right.kind === "days" && isDate(left)) return { type: dateType };
  return { type: anyType, fault: noOperation(operator, left, right) };
}

function typeOfNumbers(
  operator: "+" | "-" | "*" | "/" | "%",
  left: ValueType,
  right: ValueType,
): { type: ValueType; fault?: Fault } {
  const doubles = left.kind === "double" || right.kind === "double";
  const unsure = left.kind === "number" || right.kind === "number";
  if (operator === "%" && (doubles || unsure)) {
    return { type: anyType, fault: noOperation(operator, left, right) };
  }
  if (operator === "/" && unsure && !doubles) {
    const message = "This division would drop the fraction whenever both numbers happen to be whole.";
    return { type: anyType, fault: { code: "wrong-type", message, hint: "Write double(a) / b." } };
  }
  if (doubles) return { type: doubleType };
  return { type: unsure ? numberType : integerType };
}

function isDate(type: ValueType): boolean {
  return variantsOf(type).every((variant) => variant.kind === "string" && variant.format === "date");
}

function noOperation(operator: string, left: ValueType, right: ValueType): Fault {
  const message = `${describeType(left)} ${operator} ${describeType(right)} is not possible.`;
  return { code: "wrong-type", message, hint: hintFor(operator, left, right) };
}

function hintFor(operator: string, left: ValueType, right: ValueType): string | undefined {
  if ([left, right].some(({ kind }) => kind === "optional")) {
    return 'Give the missing case a value: x.?y.orValue("…").';
  }
  if (right.kind === "days" && left.kind === "string") return "date(text) reads YYYY-MM-DD.";
  if (operator === "+" && left.kind === "string" && isNumeric(right)) return "Write a + string(b).";
  if (operator === "+" && right.kind === "string" && isNumeric(left)) return "Write string(a) + b.";
  if (left.kind === "string" && isNumeric(right)) return "int(text) makes a number of it.";
  return undefined;
}

function ordered(left: ValueType, right: ValueType): boolean {
  if (left.kind === "any" || right.kind === "any") return true;
  if (isNumeric(left) && isNumeric(right)) return true;
  return left.kind === "string" && right.kind === "string";
}

/** Why two values can never be equal, when that is certain. */
function comparisonFault(left: ValueType, right: ValueType): Fault | undefined {
  if (left.kind === "optional" || right.kind === "optional") {
    const hint = 'Give the missing case a value: x.?y.orValue("…").';
    return { code: "may-be-missing", message: "A value that may be missing cannot be compared.", hint };
  }
  for (const a of variantsOf(left)) {
    for (const b of variantsOf(right)) {
      if (comparable(a, b)) return unknownValue(left, right) ?? unknownValue(right, left);
    }
  }
  if (left.kind === "null" || right.kind === "null") return undefined;
  const message = `${describeType(left)} is never equal to ${describeType(right)}.`;
  return { code: "wrong-type", message };
}

function comparable(a: ValueType, b: ValueType): boolean {
  if (a.kind === "any" || b.kind === "any") return true;
  return a.kind === b.kind || (isNumeric(a) && isNumeric(b));
}

/** A literal that an enum does not contain. */
function unknownValue(literal: ValueType, other: ValueType): Fault | undefined {
  if (literal.kind !== "string" || literal.values?.length !== 1 || other.kind !== "string") return undefined;
  const [value] = literal.values;
  if (value === undefined || other.values === undefined || other.values.includes(value)) return undefined;
  const hint = didYouMean(value, other.values) ?? `Valid: ${other.values.join(", ")}.`;
  return { code: "unknown-value", message: `The value is never ${JSON.stringify(value)}.`, hint };
}

function membershipFault(left: ValueType, right: ValueType): Fault | undefined {
  if (right.kind === "any" || left.kind === "any") return undefined;
  if (right.kind === "record") {
    return left.kind === "string" ? undefined : noOperation("in", left, right);
  }
  if (right.kind !== "list") return noOperation("in", left, right);
  const { items } = right;
  if (variantsOf(items).length === 0) return undefined;
  const fault = comparisonFault(left, items);
  if (fault) return fault;
  if (items.kind !== "string" || left.kind !== "string") return undefined;
  for (const value of items.values ?? []) {
    const unknown = unknownValue({ kind: "string", values: [value] }, left);
    if (unknown) return unknown;
  }
  return undefined;
}
