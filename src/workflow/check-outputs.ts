import { didYouMean } from "../core/closest.ts";
import type { Json } from "../core/json.ts";
import { checkTemplate, type TemplateFault } from "./check-template.ts";
import type { TypeScope } from "./inference.ts";
import type { Field, RecordType, ValueType } from "./types.ts";

/** The type of a workflow's outputs, inferred from their expressions, and what is wrong with these. */
export function checkOutputs(
  outputs: Readonly<Record<string, Json>>,
  scope: TypeScope,
): { type: RecordType; faults: TemplateFault[] } {
  const checked = Object.entries(outputs).map(([name, output]) => {
    const { type, faults } = checkTemplate(output, scope);
    const field: Field =
      type.kind === "optional"
        ? { type: widen(type.value), required: false }
        : { type: widen(type), required: true };
    return { name, field, faults: faults.map((fault) => ({ ...fault, path: [name, ...fault.path] })) };
  });
  const fields = new Map(checked.map(({ name, field }) => [name, field]));
  return { type: { kind: "record", fields, closed: true }, faults: checked.flatMap(({ faults }) => faults) };
}

/** A `return` as it stands in the file; its values are held against the outputs once their types are known. */
export interface WrittenReturn {
  values: Readonly<Record<string, Json>>;
  /** What its expressions may name. */
  scope: TypeScope;
  /** Paths are those of the values. */
  report(fault: TemplateFault): void;
}

/** Reports where a return gives other outputs than its workflow has. */
export function checkReturn({ values, scope, report }: WrittenReturn, outputs: RecordType): void {
  const known = [...outputs.fields.keys()];
  const unknown = Object.keys(values).filter((name) => !outputs.fields.has(name));
  for (const name of unknown) {
    const hint = didYouMean(name, known) ?? "Add it to outputs: of the workflow, or leave it out.";
    const message = `The workflow has no output "${name}".`;
    report({ code: "unknown-output", message, hint, path: [name], atKey: true });
  }
  const missing = known.filter((name) => outputs.fields.get(name)?.required && !(name in values));
  for (const name of unknown.length > 0 ? [] : missing) {
    const hint = "A return gives every output that outputs: always gives.";
    report({ code: "missing-output", message: `Output "${name}" is missing here.`, hint, path: [] });
  }
  if (unknown.length > 0 || missing.length > 0) return;
  for (const fault of checkTemplate({ ...values }, scope, outputs).faults) report(fault);
}

/** The type without the only values and bounds that one way to the end happens to have. */
function widen(type: ValueType): ValueType {
  switch (type.kind) {
    case "boolean":
    case "integer":
    case "number":
      return { kind: type.kind };
    case "string":
      return { kind: "string", ...(type.format !== undefined && { format: type.format }) };
    case "list":
      return { kind: "list", items: widen(type.items) };
    case "record": {
      const fields = [...type.fields].map(([name, field]): [string, Field] => [
        name,
        { ...field, type: widen(field.type) },
      ]);
      return { ...type, fields: new Map(fields) };
    }
    case "union":
      return { kind: "union", variants: type.variants.map(widen) };
    default:
      return type;
  }
}
