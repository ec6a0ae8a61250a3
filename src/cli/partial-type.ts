import { listOf, type RecordType, unionOf, type ValueType } from "../workflow/types.ts";

/** The same type with nothing required: a test gives what matters to it. */
export function partialType(type: ValueType): ValueType {
  if (type.kind === "list")
    return { ...listOf(partialType(type.items)), ...(type.limits && { limits: type.limits }) };
  if (type.kind === "union") return unionOf(type.variants.map(partialType));
  if (type.kind !== "record") return type;
  const fields = [...type.fields].map(
    ([name, field]) => [name, { type: partialType(field.type), required: false }] as const,
  );
  const loose: RecordType = { ...type, fields: new Map(fields) };
  return loose;
}
