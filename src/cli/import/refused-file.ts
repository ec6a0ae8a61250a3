import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { RingmainError } from "../../core/errors.ts";
import { csvLine } from "../csv-line.ts";
import type { Refusal } from "./import-rows.ts";

const added = ["refused_line", "refused_code", "refused_reason"];

/**
 * Writes refused rows as CSV: their own columns, so that the file can be mended and imported with the same map, then
 * line, code and reason. Throws INPUT_INVALID when the file cannot be written, or is one that the import reads.
 */
export function writeRefused(options: {
  file: string;
  /** Paths that must not be overwritten. */
  sources: readonly string[];
  columns: readonly string[];
  delimiter: string;
  refusals: readonly Refusal[];
}): void {
  const { file, columns, delimiter, refusals } = options;
  if (options.sources.includes(resolve(file))) {
    throw new RingmainError("INPUT_INVALID", `${file} is a file that this import reads.`, {
      hint: "Name another file for the refused rows. Nothing was imported.",
    });
  }
  // a file of refused rows that is imported again has these columns already
  const own = columns.flatMap((column, index) => (added.includes(column) ? [] : [{ column, index }]));
  const lines = refusals.map(({ line, code, message, fields }) =>
    csvLine([...own.map(({ index }) => fields[index] ?? ""), String(line), code, message], delimiter),
  );
  const text = [csvLine([...own.map(({ column }) => column), ...added], delimiter), ...lines, ""].join("\n");
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new RingmainError("INPUT_INVALID", `${file} cannot be written.`, {
      hint: "Check that its folder exists and that this user may write to it.",
      cause,
    });
  }
}
