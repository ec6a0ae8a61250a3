import { RingmainError } from "../../core/errors.ts";
import { isRecord, type Json } from "../../core/json.ts";
import type { CelVariables } from "../../workflow/cel.ts";
import { evaluateTemplate, splitTemplate } from "../../workflow/template.ts";
import { type CsvTable, rowOf } from "./csv-table.ts";
import type { JoinedRows } from "./joined-rows.ts";
import type { ImportMap } from "./map-file.ts";
import type { CsvRecord } from "./read-csv.ts";

/** What a row becomes. */
export interface RowCall {
  /** The idempotency key. */
  key: string;
  arguments: Record<string, Json>;
}

/** In characters of JSON: far below what ends a connection, with 32 in flight. */
const largestArguments = 4 * 1024 * 1024;

/** Evaluates the map for one record. Throws INPUT_INVALID for one that cannot become a call. */
export function evaluateRow(
  { map, table, joins }: { map: ImportMap; table: CsvTable; joins: ReadonlyMap<string, JoinedRows> },
  record: CsvRecord,
): RowCall {
  const row = rowOf(table, record);
  const lists = [...joins].map(([name, joined]) => [name, joined.of(row)] as const);
  const variables: CelVariables = { row, ...Object.fromEntries(lists) };
  try {
    return { key: evaluateKey(map.key, variables), arguments: evaluateArguments(map.with, variables) };
  } catch (error) {
    if (!(error instanceof RingmainError)) throw error;
    throw new RingmainError("INPUT_INVALID", error.message, { hint: error.hint, cause: error });
  }
}

/** The key of a row. A part that comes to nothing would make one key of many rows. */
function evaluateKey(template: string, variables: CelVariables): string {
  for (const part of splitTemplate(template)) {
    if (part.kind !== "expression") continue;
    const value = evaluateTemplate(`\${{ ${part.expression} }}`, variables);
    if (typeof value !== "string" || value.trim() !== "") continue;
    throw new RingmainError("INPUT_INVALID", `The key is empty: ${part.expression} says nothing.`, {
      hint: "Give the row its business key.",
    });
  }
  return String(evaluateTemplate(template, variables));
}

function evaluateArguments(template: Record<string, Json>, variables: CelVariables): Record<string, Json> {
  const value = evaluateTemplate(template, variables);
  if (!isArguments(value)) throw new RingmainError("INPUT_INVALID", "The arguments are not an object.");
  if (JSON.stringify(value).length <= largestArguments) return value;
  throw new RingmainError("INPUT_INVALID", "The arguments of this row are larger than 4 MiB.", {
    hint: "Leave the large column out of the map.",
  });
}

function isArguments(value: Json): value is Record<string, Json> {
  return isRecord(value);
}
