import { z } from "zod";
import type { Problem } from "../../core/problem.ts";
import { readShape } from "../../workflow/shape.ts";
import { template } from "../../workflow/steps/step-kind.ts";
import { readYamlSource, type YamlSource } from "../../workflow/yaml-source.ts";

const variableName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]*$/, "use lower case letters, digits and _")
  .refine((name) => name !== "row", "row is the row itself");

const join = z.strictObject({
  /** Relative to the folder of the CSV file that is imported. */
  file: z.string().min(1),
  /** Columns that must be equal: those of the imported file on the left, those of this file on the right. */
  on: z.record(z.string(), z.string()).refine((on) => Object.keys(on).length > 0, "name at least one column"),
});

const importMap = z.strictObject({
  /** The idempotency key of each row, made from a column that identifies it. */
  key: z.string(),
  /** The arguments of each call. */
  with: z.record(z.string(), template),
  /** Other CSV files whose rows belong to a row: each is a variable that holds the list of them. */
  join: z.record(variableName, join).default({}),
  /** What stands between two fields, in all files of the map. */
  delimiter: z
    .string()
    .regex(/^[^"\r\n]$/, "must be one character, such as ;")
    .default(","),
});

/** How a row of a CSV file becomes one call: the file that `ringmain import --map` names. */
export type ImportMap = z.output<typeof importMap>;

/** Reads the text of a map file; its expressions are checked by `checkMap`. */
export function parseMap(
  file: string,
  text: string,
): { source: YamlSource; map?: ImportMap; problems: Problem[] } {
  const source = readYamlSource(file, text);
  if (source.value === undefined) return { source, problems: source.problems };
  const { value: map, problems } = readShape({ source, path: [], value: source.value, schema: importMap });
  return { source, problems, ...(map && { map }) };
}
