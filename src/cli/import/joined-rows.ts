import { messageOf, RingmainError } from "../../core/errors.ts";
import { type CsvRow, type CsvTable, readRecords, rowOf } from "./csv-table.ts";

/** The rows of a second file, grouped by the row of the imported file that they belong to. */
export interface JoinedRows {
  table: CsvTable;
  /** The rows that belong to a row, in the order of their file. */
  of(row: CsvRow): CsvRow[];
  /** How many belong to none of the rows asked for so far. */
  countUnused(): number;
}

/**
 * Reads a whole joined file and groups it. `on` pairs the columns of the imported file with those of this one.
 * Throws INPUT_INVALID for a ragged row: without it, what it belongs to would be imported in part.
 */
export async function readJoinedRows(
  table: CsvTable,
  on: Readonly<Record<string, string>>,
): Promise<JoinedRows> {
  const pairs = Object.entries(on);
  const groups = new Map<string, { rows: CsvRow[]; isUsed: boolean }>();
  for await (const record of readRecords(table)) {
    const row = readRow(table, record);
    const key = JSON.stringify(pairs.map(([, right]) => row[right]));
    const group = groups.get(key);
    if (group) group.rows.push(row);
    else groups.set(key, { rows: [row], isUsed: false });
  }
  return {
    table,
    of(row) {
      const group = groups.get(JSON.stringify(pairs.map(([left]) => row[left])));
      if (group) group.isUsed = true;
      return group?.rows ?? [];
    },
    countUnused: () =>
      [...groups.values()].reduce((sum, { rows, isUsed }) => sum + (isUsed ? 0 : rows.length), 0),
  };
}

function readRow(table: CsvTable, record: Parameters<typeof rowOf>[1]): CsvRow {
  try {
    return rowOf(table, record);
  } catch (error) {
    throw new RingmainError("INPUT_INVALID", `${table.name}:${record.line}: ${messageOf(error)}`, {
      hint: "A field that holds the delimiter must be quoted. Nothing was imported.",
      cause: error,
    });
  }
}
