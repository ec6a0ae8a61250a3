import type { Json } from "../core/json.ts";
import type { Field, ValueType } from "./types.ts";

/**
 * The type of a result when a literal argument decides between the kinds of record in it: with `type: lead`, only
 * the variants remain whose `type` is the constant "lead".
 */
export function narrowByArguments(result: ValueType, given: Readonly<Record<string, Json>>): ValueType {
  const literals = new Map(
    Object.entries(given).filter(([, value]) => typeof value !== "string" || !value.includes("${{")),
  );
  return literals.size === 0 ? result : narrow(result, literals);
}

function narrow(type: ValueType, literals: ReadonlyMap<string, Json>): ValueType {
  switch (type.kind) {
    case "list":
      return { ...type, items: narrow(type.items, literals) };
    case "record": {
      const fields = [...type.fields].map(([name, field]): [string, Field] => [
        name,
        { ...field, type: narrow(field.type, literals) },
      ]);
      return { ...type, fields: new Map(fields) };
    }
    case "union": {
      const fitting = type.variants.filter((variant) => agrees(variant, literals));
      const [only] = fitting;
      if (only !== undefined && fitting.length === 1) return narrow(only, literals);
      return fitting.length === 0 ? type : { ...type, variants: fitting };
    }
    default:
      return type;
  }
}

/** Whether no constant field of a record contradicts an argument of the same name. */
function agrees(variant: ValueType, literals: ReadonlyMap<string, Json>): boolean {
  if (variant.kind !== "record") return true;
  return [...literals].every(([name, literal]) => {
    const type = variant.fields.get(name)?.type;
    const values: readonly unknown[] | undefined = type && "values" in type ? type.values : undefined;
    return values?.length !== 1 || values.includes(literal);
  });
}
