import { RingmainError } from "../../core/errors.ts";
import { type CsvFile, type CsvRecord, readCsv } from "./read-csv.ts";

/** A file with the names of its columns. */
export interface CsvTable extends CsvFile {
  columns: readonly string[];
}

/** A row as expressions see it: a text for each column. */
export type CsvRow = Record<string, string>;

/** Reads the header of a file. Throws INPUT_INVALID when it cannot name the columns. */
export async function openTable(file: CsvFile): Promise<CsvTable> {
  for await (const { line, fields: columns } of readCsv(file)) {
    refuseHeader(`${file.name}:${line}`, columns, file.delimiter);
    return { ...file, columns };
  }
  throw new RingmainError("INPUT_INVALID", `${file.name} is empty.`, {
    hint: "The first line must name the columns.",
  });
}

/** The records of a table below its header, ragged ones too. */
export async function* readRecords(table: CsvTable): AsyncGenerator<CsvRecord> {
  let isHeader = true;
  for await (const record of readCsv(table)) {
    if (!isHeader) yield record;
    isHeader = false;
  }
}

/** A record as a row. Throws INPUT_INVALID when it has not as many fields as the table has columns. */
export function rowOf({ columns }: CsvTable, { fields }: CsvRecord): CsvRow {
  if (fields.length === columns.length) {
    return Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? ""]));
  }
  const counts = `${fields.length} ${fields.length === 1 ? "field" : "fields"}, the header ${columns.length}`;
  throw new RingmainError("INPUT_INVALID", `The row has ${counts}.`, {
    hint: "A field that holds the delimiter must be quoted.",
  });
}

function refuseHeader(place: string, columns: readonly string[], delimiter: string): void {
  const unnamed = columns.findIndex((column) => column.trim() === "");
  if (unnamed !== -1) {
    throw new RingmainError("INPUT_INVALID", `${place}: column ${unnamed + 1} has no name.`, {
      hint: "The first line must name every column.",
    });
  }
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) {
    throw new RingmainError("INPUT_INVALID", `${place}: there are two columns "${twice}".`, {
      hint: "Rename one of them.",
    });
  }
  const [only] = columns;
  const other = [",", ";", "\t", "|"].find((mark) => mark !== delimiter && only?.includes(mark));
  if (columns.length === 1 && other !== undefined) {
    throw new RingmainError("INPUT_INVALID", `${place}: the header is one column, "${only?.slice(0, 60)}".`, {
      hint: `The fields seem to be separated otherwise: write delimiter: ${JSON.stringify(other)} in the map.`,
    });
  }
}
