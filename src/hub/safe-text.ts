import { stripVTControlCharacters } from "node:util";

/** One line of a program's output, made safe to print: no control characters, at most `limit` characters. */
export function safeLine(text: string, limit = 200): string {
  const line = stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}
