import type { Json } from "../core/json.ts";
import type { YamlPath } from "../core/yaml-file.ts";
import { findMismatch } from "./assignable.ts";
import type { WrittenInput } from "./parse.ts";
import { typeOfSchema, typeOfValues } from "./schema-type.ts";
import type { Fault, Field, RecordType } from "./types.ts";

type Report = (path: YamlPath, fault: Fault) => void;

/**
 * Checks `inputs`. Returns their JSON Schemas for the plan, the type of the variable `inputs`, and that of what is given for
 * them: an input with a default may be left out.
 */
export function checkInputs(
  inputs: Readonly<Record<string, WrittenInput>>,
  report: Report,
): { schemas: Record<string, Json>; type: RecordType; given: RecordType } {
  const schemas: Record<string, Json> = {};
  const fields = new Map<string, Field>();
  for (const [name, written] of Object.entries(inputs)) {
    const path = ["inputs", name];
    const { enum: choices, ...plain } = written;
    const base = typeOfSchema(plain);
    for (const [index, choice] of (choices ?? []).entries()) {
      const mismatch = findMismatch(typeOfValues([choice]), base);
      if (mismatch) report([...path, "enum", index], mismatch);
    }
    const type = choices ? typeOfValues(choices) : base;
    if (written.default !== undefined) {
      const mismatch = findMismatch(typeOfValues([written.default]), type);
      if (mismatch) report([...path, "default"], mismatch);
    }
    const bound = written.minimum === undefined ? "maximum" : "minimum";
    if (written[bound] !== undefined && base.kind !== "integer" && base.kind !== "number") {
      const message = `A ${written.type} has no ${bound}.`;
      report([...path, bound], { code: "invalid-value", message, hint: "Only numbers have one." });
    }
    const reason = `Input "${name}" may be left out`;
    const required = written.default !== undefined || written.required !== false;
    fields.set(name, { type, required, reason });
    schemas[name] = Object.fromEntries(
      Object.entries(written).filter((member): member is [string, Json] => member[1] !== undefined),
    );
  }
  const needed = neededInputs(inputs);
  const given = [...fields].map(([name, field]): [string, Field] => [
    name,
    { ...field, required: needed.includes(name) },
  ]);
  return {
    schemas,
    type: { kind: "record", fields, closed: true },
    given: { kind: "record", fields: new Map(given), closed: true },
  };
}

/** The inputs that must be given, because they have no default. */
export function neededInputs(inputs: Readonly<Record<string, WrittenInput>>): string[] {
  return Object.entries(inputs)
    .filter(([, written]) => written.default === undefined && written.required !== false)
    .map(([name]) => name);
}
