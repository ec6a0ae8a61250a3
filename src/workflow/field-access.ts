import { didYouMean } from "../core/closest.ts";
import { anyType, describeType, type Fault, joinTypes, type ValueType } from "./types.ts";

export interface FieldAccess {
  type: ValueType;
  /** False when the record may lack the field. */
  required: boolean;
  /** Why it may be lacking. */
  reason?: string | undefined;
  fault?: Fault;
}

/** What `value.field` is, by the type of the value. */
export function accessField(type: ValueType, field: string): FieldAccess {
  switch (type.kind) {
    case "any":
      return { type: anyType, required: true };
    case "record": {
      const found = type.fields.get(field);
      if (found) return { type: found.type, required: found.required, reason: found.reason };
      if (type.rest) return { type: type.rest, required: false };
      const known = [...type.fields.keys()];
      const fault = type.explain?.(field) ?? {
        code: "unknown-field",
        message: `There is no field "${field}" here.`,
        hint:
          didYouMean(field, known) ??
          (known.length === 0 ? "It has no fields." : `Fields: ${known.join(", ")}.`),
      };
      return { type: anyType, required: true, fault };
    }
    case "union":
      return accessVariants(type.variants, field);
    case "null": {
      const hint = "Test it first: x != null ? x.field : …";
      const fault = { code: "may-be-null", message: `This may be null, so "${field}" may not exist.`, hint };
      return { type: anyType, required: true, fault };
    }
    default: {
      const message = `${describeType(type)} has no fields.`;
      const hint =
        type.kind === "list" ? "Take one item, list[0], or all of them: list.map(i, …)." : undefined;
      return { type: anyType, required: true, fault: { code: "wrong-type", message, hint } };
    }
  }
}

function accessVariants(variants: readonly ValueType[], field: string): FieldAccess {
  const accesses = variants.map((variant) => accessField(variant, field));
  const faults = accesses.flatMap(({ fault }) => (fault ? [fault] : []));
  const found = accesses.filter(({ fault }) => fault === undefined);
  const [fault] = faults;
  const [first, ...others] = found;
  if (fault && first && fault.code === "unknown-field") {
    const message = `"${field}" is not in every kind of record this may be.`;
    const hint = "Ask the tool for one kind only, by a literal argument such as type: lead.";
    return { type: anyType, required: true, fault: { code: "unknown-field", message, hint } };
  }
  if (fault || !first) return { type: anyType, required: true, ...(fault && { fault }) };
  return others.reduce(
    (joined, access) => ({
      type: joinTypes(joined.type, access.type),
      required: joined.required && access.required,
      reason: joined.reason ?? access.reason,
    }),
    first,
  );
}
