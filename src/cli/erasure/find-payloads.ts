import type { DatabaseSync } from "node:sqlite";
import { neededPayloads, payloadReader } from "../../audit/payloads.ts";
import { parseEntry } from "../../audit/read.ts";
import { activeRuns } from "../../engine/sqlite/active-runs.ts";

const pageSize = 500;

/** What is looked for. */
export interface Wanted {
  /** In what a payload holds. */
  mentions(text: string): boolean;
  /** In an entry's own line: that it is about the subject's record. */
  isAbout(line: string): boolean;
  /** In an entry's own line, where no erasure reaches: what should not stand there. */
  tells(line: string): boolean;
  /** Entries that are named one by one. */
  entries: ReadonlySet<number>;
}

export interface FoundPayloads {
  /** The entries whose payloads are to be erased, in order. */
  seqs: number[];
  /** How many of them are of which tool. */
  tools: Map<string, number>;
  /** The entries whose payloads a run that has not ended needs, by run. */
  needed: Map<string, number[]>;
  /** The entries that tell something in their own line, which is hashed and stays. */
  telling: number[];
  /** Up to which entry was searched. */
  searched: number;
}

/** Searches the payloads after an entry, page by page. `progress` is told up to which entry. */
export function findPayloads(
  database: DatabaseSync,
  wanted: Wanted,
  { after = 0, progress = () => {} }: { after?: number; progress?: (seq: number) => void } = {},
): FoundPayloads {
  const read = payloadReader(database);
  const needs = neededPayloads(database);
  const found: FoundPayloads = {
    seqs: [],
    tools: new Map(),
    needed: new Map(),
    telling: [],
    searched: after,
  };
  const runs = activeRuns(database);
  for (let page = read(after, pageSize); page.length > 0; page = read(found.searched, pageSize)) {
    const hits = page.filter(
      ({ seq, body, texts }) =>
        texts.length > 0 && (wanted.entries.has(seq) || wanted.isAbout(body) || texts.some(wanted.mentions)),
    );
    const needed = needs(
      hits.map(({ seq }) => seq),
      runs,
    );
    for (const { seq, body } of hits) {
      const run = needed.get(seq);
      if (run !== undefined) {
        found.needed.set(run, [...(found.needed.get(run) ?? []), seq]);
        continue;
      }
      found.seqs.push(seq);
      const { tool } = parseEntry(body);
      found.tools.set(tool, (found.tools.get(tool) ?? 0) + 1);
    }
    found.searched = page.at(-1)?.seq ?? found.searched;
    progress(found.searched);
  }
  found.telling = tellingEntries(database, wanted, after);
  return found;
}

/** The entries whose own lines tell something, also those whose payloads are gone already. */
function tellingEntries(database: DatabaseSync, { tells }: Wanted, after: number): number[] {
  const read = database.prepare("SELECT seq, body FROM audit_entry WHERE seq > ? ORDER BY seq LIMIT ?");
  const telling: number[] = [];
  let page = read.all(after, pageSize);
  for (; page.length > 0; page = read.all(Number(page.at(-1)?.seq), pageSize))
    for (const { seq, body } of page) if (tells(String(body))) telling.push(Number(seq));
  return telling;
}

/**
 * The entries from before a time whose payloads are still there and which no run needs, at most `limit` of them, the oldest
 * first. The trail is in the order of time but for clocks that differ: a page without an older entry ends the search.
 */
export function findAgedPayloads(
  database: DatabaseSync,
  before: Date,
  limit: number,
): { seqs: number[]; needed: Map<number, string> } {
  const read = database.prepare(
    `SELECT p.seq, e.body ->> '$.time' AS time FROM audit_payload p JOIN audit_entry e ON e.seq = p.seq
     WHERE p.seq > ? ORDER BY p.seq LIMIT ?`,
  );
  const needs = neededPayloads(database);
  const runs = activeRuns(database);
  const seqs: number[] = [];
  const needed = new Map<number, string>();
  const cutOff = before.toISOString();
  let page = read.all(0, pageSize);
  while (page.length > 0 && seqs.length < limit) {
    const old = page.filter(({ time }) => String(time) < cutOff).map(({ seq }) => Number(seq));
    if (old.length === 0) break;
    for (const [seq, run] of needs(old, runs)) needed.set(seq, run);
    seqs.push(...old.filter((seq) => !needed.has(seq)));
    page = read.all(Number(page.at(-1)?.seq), pageSize);
  }
  return { seqs: seqs.slice(0, limit), needed };
}
