import { didYouMean } from "../core/closest.ts";
import {
  describeType,
  type Fault,
  isMoney,
  isNumeric,
  type Limits,
  type RecordType,
  type ValueType,
  variantsOf,
} from "./types.ts";

/** Why a value does not fit, and where inside it. */
export interface Mismatch extends Fault {
  /** Field names and `[]` from the value down to the part that does not fit. */
  at: readonly string[];
}

/** Says why a value of one type cannot stand where another is expected, or undefined when it can. */
export function findMismatch(source: ValueType, target: ValueType): Mismatch | undefined {
  if (target.kind === "any" || source.kind === "any") return undefined;
  if (source.kind === "optional") {
    const hint = 'Give it a value for the other case: x.?y.orValue("…").';
    return { at: [], code: "may-be-missing", message: "This value may be missing.", hint };
  }
  if (source.kind === "union") {
    for (const variant of source.variants) {
      const mismatch = findMismatch(variant, target);
      if (mismatch) return mismatch;
    }
    return undefined;
  }
  if (target.kind === "union") return mismatchWithUnion(source, target.variants);
  if (source.kind === "list" && target.kind === "list") {
    return below(findMismatch(source.items, target.items), "[]");
  }
  if (source.kind === "record" && target.kind === "record") return mismatchOfRecords(source, target);
  return mismatchOfScalars(source, target);
}

function below(mismatch: Mismatch | undefined, step: string): Mismatch | undefined {
  return mismatch && { ...mismatch, at: [step, ...mismatch.at] };
}

function mismatchWithUnion(source: ValueType, targets: readonly ValueType[]): Mismatch | undefined {
  const mismatches = targets.map((target) => findMismatch(source, target));
  if (mismatches.includes(undefined)) return undefined;
  const alike = targets.findIndex(
    (target) => target.kind === source.kind && fitsDiscriminators(source, target),
  );
  return mismatches[alike] ?? wrongType(source, { kind: "union", variants: targets });
}

/** Whether the one-valued fields of both records can agree. */
function fitsDiscriminators(source: ValueType, target: ValueType): boolean {
  if (source.kind !== "record" || target.kind !== "record") return true;
  return [...target.fields].every(([name, field]) => {
    const given = source.fields.get(name)?.type;
    const values = "values" in field.type ? field.type.values : undefined;
    return values?.length !== 1 || (given !== undefined && findMismatch(given, field.type) === undefined);
  });
}

function mismatchOfRecords(source: RecordType, target: RecordType): Mismatch | undefined {
  for (const [name, field] of target.fields) {
    const given = source.fields.get(name);
    if (given === undefined) {
      if (!field.required || source.rest !== undefined) continue;
      return { at: [], code: "missing-argument", message: `"${name}" is missing in it.` };
    }
    if (field.required && !given.required) {
      const hint = "The value's schema does not require it.";
      return { at: [name], code: "may-be-missing", message: "This field may be missing.", hint };
    }
    const mismatch = below(findMismatch(given.type, field.type), name);
    if (mismatch) return mismatch;
  }
  for (const [name, given] of source.fields) {
    if (target.fields.has(name)) continue;
    if (target.rest !== undefined) {
      const mismatch = below(findMismatch(given.type, target.rest), name);
      if (mismatch) return mismatch;
    } else if (target.closed) {
      const known = [...target.fields.keys()];
      const hint = didYouMean(name, known) ?? `Known fields: ${known.join(", ")}.`;
      return { at: [], code: "unknown-argument", message: `"${name}" is not expected here.`, hint };
    }
  }
  return undefined;
}

function mismatchOfScalars(source: ValueType, target: ValueType): Mismatch | undefined {
  switch (target.kind) {
    case "integer":
      if (source.kind === "number" || source.kind === "double") {
        const hint = "int(…) drops the fraction.";
        return { ...wrongType(source, target), hint };
      }
      return source.kind === "integer" ? wrongValue(source, target) : wrongType(source, target);
    case "number":
    case "double":
      if (source.kind === "double") return undefined;
      return source.kind === "integer" || source.kind === "number"
        ? wrongValue(source, target)
        : wrongType(source, target);
    case "string":
      return source.kind === "string" ? mismatchOfStrings(source, target) : wrongType(source, target);
    case "boolean":
      return source.kind === "boolean" ? wrongValue(source, target) : wrongType(source, target);
    default:
      return source.kind === target.kind ? undefined : wrongType(source, target);
  }
}

const dateFormats = ["date", "date-time"];
const datePatterns: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  "date-time": /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/,
};

function mismatchOfStrings(
  source: Extract<ValueType, { kind: "string" }>,
  target: Extract<ValueType, { kind: "string" }>,
): Mismatch | undefined {
  const { format } = target;
  if (format !== undefined && dateFormats.includes(format) && source.format !== format) {
    const wrong = source.values?.find((value) => !datePatterns[format]?.test(value));
    if (source.values === undefined) {
      const hint =
        format === "date" ? "date(text) reads YYYY-MM-DD; date(now, zone) is the day of the run." : undefined;
      return { ...wrongType(source, target), hint };
    }
    if (wrong !== undefined) return { ...wrongType(source, target), hint: `For instance 2026-11-23.` };
  }
  return wrongValue(source, target);
}

function wrongType(source: ValueType, target: ValueType): Mismatch {
  const message = `Expected ${describeType(target)}, but this is ${describeType(source)}.`;
  return { at: [], code: "wrong-type", message, hint: conversionHint(source, target) };
}

function conversionHint(source: ValueType, target: ValueType): string | undefined {
  if (target.kind !== "string") return undefined;
  if (isMoney(source)) return "format_money(…) makes a text of it.";
  return isNumeric(source) || source.kind === "boolean" ? "string(…) makes a text of it." : undefined;
}

function wrongValue(source: ValueType, target: ValueType): Mismatch | undefined {
  if (!("values" in source) || source.values === undefined) return undefined;
  const allowed: readonly unknown[] | undefined = "values" in target ? target.values : undefined;
  for (const value of source.values) {
    if (allowed !== undefined && !allowed.includes(value)) {
      const names = allowed.map(String);
      const hint = didYouMean(String(value), names) ?? `Valid: ${names.join(", ")}.`;
      return { at: [], code: "unknown-value", message: `${JSON.stringify(value)} is not valid here.`, hint };
    }
    const limits = "limits" in target ? target.limits : undefined;
    const excess = limits && exceededLimit(value, limits);
    if (excess) return { at: [], code: "out-of-range", message: excess };
  }
  return undefined;
}

function exceededLimit(value: unknown, limits: Limits): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern } = limits;
  if (typeof value === "number") {
    if (minimum !== undefined && value < minimum) return `${value} is less than ${minimum}.`;
    if (maximum !== undefined && value > maximum) return `${value} is more than ${maximum}.`;
    if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
      return `${value} is not more than ${exclusiveMinimum}.`;
    }
    if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) {
      return `${value} is not less than ${exclusiveMaximum}.`;
    }
  }
  if (typeof value === "string") {
    const length = [...value].length;
    if (minLength !== undefined && length < minLength) {
      return `The text has ${length} of at least ${minLength} characters.`;
    }
    if (maxLength !== undefined && length > maxLength) {
      return `The text has ${length} of at most ${maxLength} characters.`;
    }
    if (pattern !== undefined && value.length <= 200 && !matchesPattern(value, pattern)) {
      return `${JSON.stringify(value)} does not match ${pattern}.`;
    }
  }
  return undefined;
}

/** The pattern comes from a tool's schema, checked on short literals only, so a slow one cannot hold up a check. */
function matchesPattern(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

/** Whether a list literal of this length may stand where a list is expected; the fault when it may not. */
export function lengthFault(length: number, target: ValueType): Fault | undefined {
  for (const variant of variantsOf(target)) {
    if (variant.kind !== "list") continue;
    const { minItems, maxItems } = variant.limits ?? {};
    if (minItems !== undefined && length < minItems) {
      return { code: "out-of-range", message: `The list has ${length} of at least ${minItems} items.` };
    }
    if (maxItems !== undefined && length > maxItems) {
      return { code: "out-of-range", message: `The list has ${length} of at most ${maxItems} items.` };
    }
  }
  return undefined;
}
