import { csvLine } from "../csv-line.ts";
import type { Column } from "./columns.ts";

/**
 * The text of a CSV file (RFC 4180: lines end with CRLF), a chunk for each page; the header comes with the first. With
 * `bom` it begins with a byte order mark.
 */
export async function* csvText(
  columns: readonly Column[],
  pages: AsyncIterable<readonly unknown[]>,
  options: { bom?: true } = {},
): AsyncGenerator<string> {
  const mark = options.bom ? "\uFEFF" : "";
  let header = [mark + csvLine(columns.map(({ name }) => name))];
  for await (const items of pages) {
    const lines = items.map((item) => csvLine(columns.map(({ cell }) => cell(item))));
    yield [...header, ...lines].map((line) => `${line}\r\n`).join("");
    header = [];
  }
}
