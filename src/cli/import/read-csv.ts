import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { RingmainError } from "../../core/errors.ts";
import { readUtf8 } from "./utf8-bytes.ts";

/** A CSV file (RFC 4180, in UTF-8, with or without a byte order mark) whose first line names its columns. */
export interface CsvFile {
  path: string;
  /** As the person named it, for messages. */
  name: string;
  delimiter: string;
}

export interface CsvRecord {
  /** The line of the file on which the record starts, from 1. */
  line: number;
  fields: readonly string[];
}

/** In characters: more than any row, less than what a quote that is never closed would swallow. */
const longestRecord = 16 * 1024 * 1024;

/**
 * The records of a file, the header first, as a stream: however large the file is, a few stand in memory. Empty
 * lines are left out. Throws INPUT_INVALID naming the line where quotes or bytes make the rest unreadable.
 */
export async function* readCsv(file: CsvFile): AsyncGenerator<CsvRecord> {
  // The parser's own count of lines takes a CRLF inside quotes for two.
  const lines = new WeakMap<readonly string[], number>();
  let nextLine = 1;
  let emptyBefore = 0;
  const parser = parse({
    bom: true,
    delimiter: file.delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    max_record_size: longestRecord,
    relax_column_count: true,
    skip_empty_lines: true,
    on_record(fields, { empty_lines }) {
      const line = nextLine + empty_lines - emptyBefore;
      lines.set(fields, line);
      nextLine = line + 1 + fields.reduce((sum, field) => sum + countBreaks(field), 0);
      emptyBefore = empty_lines;
      return fields;
    },
  });
  // a failure of the source comes out of the parser
  pipeline(readUtf8(file), parser, () => {});
  try {
    for await (const fields of parser) {
      if (isFields(fields)) yield { line: lines.get(fields) ?? 0, fields };
    }
  } catch (error) {
    throw error instanceof CsvError
      ? unreadable(error, file, nextLine + parser.info.empty_lines - emptyBefore)
      : error;
  }
}

function isFields(value: unknown): value is string[] {
  return Array.isArray(value);
}

function countBreaks(field: string): number {
  return field.match(/\r\n|\r|\n/g)?.length ?? 0;
}

function unreadable(error: CsvError, { name }: CsvFile, line: number): RingmainError {
  const place = `${name}:${line}:`;
  const rest = "Nothing was imported.";
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return new RingmainError("INPUT_INVALID", `${place} a quote in this row is never closed.`, {
        hint: `Close it, or double it if it belongs to the text: "5"" pipe". ${rest}`,
        cause: error,
      });
    case "INVALID_OPENING_QUOTE":
    case "CSV_INVALID_CLOSING_QUOTE":
      return new RingmainError("INPUT_INVALID", `${place} a quote in this row stands inside a field.`, {
        hint: `Put the whole field in quotes and double those inside it: "5"" pipe". ${rest}`,
        cause: error,
      });
    case "CSV_MAX_RECORD_SIZE":
      return new RingmainError("INPUT_INVALID", `${place} this row has more than 16 million characters.`, {
        hint: `Look for a quote that is never closed. ${rest}`,
        cause: error,
      });
    default:
      return new RingmainError("INPUT_INVALID", `${place} this row cannot be read.`, {
        hint: rest,
        cause: error,
      });
  }
}
