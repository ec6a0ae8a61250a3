import type { CedarValueJson } from "@cedar-policy/cedar-wasm/nodejs";
import { RingmainError } from "../core/errors.ts";
import { isRecord } from "../core/json.ts";
import type { CedarRecord, CedarType } from "./cedar-type.ts";

/**
 * Copies a JSON value into one that Cedar reads as exactly this type, property by declared property, so that
 * nothing a caller made up (`__entity`, `__extn`, an unknown key) reaches the engine.
 *
 * Throws POLICY_DENIED for a value that does not have the type: an integer beyond 2^53 - 1 or with a fraction (Cedar
 * would read another number, or none), a lone surrogate, null, a missing or an undeclared property.
 */
export function toCedarValue(type: CedarType, value: unknown, path: string): CedarValueJson {
  switch (type.kind) {
    case "String":
      if (typeof value === "string" && value.isWellFormed()) return value;
      break;
    case "Long":
      if (Number.isSafeInteger(value)) return Number(value) + 0; // -0 becomes 0
      break;
    case "Boolean":
      if (typeof value === "boolean") return value;
      break;
    case "Set":
      if (Array.isArray(value)) return value.map((item) => toCedarValue(type.element, item, `${path}[]`));
      break;
    case "Record":
      if (isRecord(value)) return toCedarRecord(type, value, path);
      break;
  }
  throw new RingmainError("POLICY_DENIED", `${path} is not a ${type.kind} that a policy can judge`);
}

/** The same for a record, whose JSON is always an object. */
export function toCedarRecord(
  type: CedarRecord,
  value: Readonly<Record<string, unknown>>,
  path: string,
): Record<string, CedarValueJson> {
  if (type.closed) {
    for (const key of Object.keys(value)) {
      if (!type.declared.has(key) && value[key] !== undefined) {
        throw new RingmainError("POLICY_DENIED", `${path} has a property that its schema does not declare`);
      }
    }
  }
  const record: Record<string, CedarValueJson> = {};
  for (const [name, field] of type.fields) {
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (member === undefined || (member === null && field.nullable)) {
      if (member === undefined && field.fallback !== undefined) record[name] = field.fallback;
      else if (field.required) throw new RingmainError("POLICY_DENIED", `${path}.${name} is missing`);
    } else {
      record[name] = toCedarValue(field.type, member, `${path}.${name}`);
    }
  }
  return record;
}
