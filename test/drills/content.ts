import { createHash } from "node:crypto";
import { type Books, idOf, type Row } from "./books.ts";

const newIds = /\b[a-z]+_[0-9a-f]{32}\b/g;
/** TASK-0001, DRAFT-0001, INV-2026-0001 */
const numbers = /\b[A-Z]{2,}(?:-\d{4})?-\d{4,}\b/g;
const instant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
/** The columns in which a running number stands. */
const numbered = new Set(["ref", "number", "draft_number"]);

/**
 * Compares what two runs made of the same beginning, by content. Ids that a run made stand for the content of
 * their rows; running numbers go to parallel items in any order, so their set is compared, apart from the rows;
 * instants are left out, and the days of the drill are all today. Returns what differs, in words.
 */
export function compareContent(beginning: Books, expected: Books, actual: Books): string[] {
  const today = daysFrom(beginning);
  const left = contentOf(beginning, expected, today);
  const right = contentOf(beginning, actual, today);
  return [...left.keys()].flatMap((table) =>
    difference(table, left.get(table) ?? [], right.get(table) ?? []),
  );
}

/** The day of the last entry and the one after it: a drill may last over midnight. */
function daysFrom({ entries }: Books): ReadonlySet<string> {
  const first = new Date(entries.at(-1)?.time ?? 0);
  const next = new Date(first.getTime() + 86_400_000);
  return new Set([first, next].map((day) => day.toISOString().slice(0, 10)));
}

/** The rows of each table as texts that mean the same in every run, and its running numbers. */
function contentOf(beginning: Books, books: Books, today: ReadonlySet<string>): Map<string, string[]> {
  const known = tokensOf(beginning);
  const labels = new Map<string, string>();
  const describe = (row: Row) => JSON.stringify(normalised(row, { known, labels, today }));
  // a row points to rows that point to others: each round carries the content one reference further
  for (let round = 0; round < 5; round += 1) {
    const next = [...books.tables].flatMap(([table, rows]) =>
      rows.flatMap((row): [string, string][] => {
        const id = idOf(row);
        return id === undefined || known.has(id)
          ? []
          : [[id, `${table}:${digest(describe({ ...row, id: null }))}`]];
      }),
    );
    for (const [id, label] of next) labels.set(id, label);
  }
  const content = new Map<string, string[]>();
  for (const [table, rows] of books.tables) {
    content.set(table, rows.map(describe).sort());
    const given = rows.flatMap((row) =>
      [...numbered].flatMap((column) => (row[column] == null ? [] : [String(row[column])])),
    );
    if (given.length > 0) content.set(`numbers of ${table}`, given.sort());
  }
  return content;
}

/** Ids and running numbers that were there before the run: they mean the same in every run. */
function tokensOf({ tables }: Books): ReadonlySet<string> {
  const tokens = new Set<string>();
  for (const row of [...tables.values()].flat()) {
    for (const value of Object.values(row)) {
      if (typeof value !== "string") continue;
      for (const [token] of value.matchAll(newIds)) tokens.add(token);
      for (const [token] of value.matchAll(numbers)) tokens.add(token);
    }
  }
  return tokens;
}

function normalised(
  row: Row,
  names: { known: ReadonlySet<string>; labels: ReadonlyMap<string, string>; today: ReadonlySet<string> },
): unknown {
  const { known, labels, today } = names;
  return Object.entries(row).map(([column, value]) => {
    if (numbered.has(column) && !(typeof value === "string" && known.has(value))) return [column, "number"];
    if (typeof value !== "string") return [column, value];
    if (instant.test(value)) return [column, "instant"];
    if (today.has(value)) return [column, "today"];
    const text = value
      .replace(newIds, (id) => (known.has(id) ? id : (labels.get(id) ?? "new id")))
      .replace(numbers, (number) => (known.has(number) ? number : "number"));
    return [column, text];
  });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** What is in one list and not in the other, counted. */
function difference(table: string, expected: readonly string[], actual: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of expected) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const text of actual) counts.set(text, (counts.get(text) ?? 0) - 1);
  return [...counts].flatMap(([text, count]) => {
    if (count === 0) return [];
    return [`${table}: ${Math.abs(count)} ${count > 0 ? "missing" : "too many"}: ${text}`];
  });
}
