import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

/** An entry as it is stored, and what is stored beside it. */
export interface StoredEntry {
  seq: number;
  body: string;
  leaf: SQLOutputValue;
  /** The columns of `search-columns.ts`, in the order of `searchedBy`. */
  columns: readonly SQLOutputValue[];
  /** Undefined when it was erased, or is not asked for. */
  payload: StoredPayload | undefined;
}

export interface StoredPayload {
  salt: string;
  /** The texts, in the order of the labels asked for; null for a text that the call had not. */
  texts: readonly SQLOutputValue[];
}

/** So many entries are read at a time: a page costs half of what single rows do, and little memory. */
const pageSize = 512;

/**
 * Reads all entries, in the order of their numbers. Rows come as arrays, a page at a time: as objects, one by one, they
 * would cost more than the hashes over them.
 */
export function* entryPages(
  database: DatabaseSync,
  options: { columns: readonly string[]; labels: readonly string[] },
): Generator<StoredEntry[]> {
  const { columns, labels } = options;
  const entries = database.prepare(
    `SELECT ${["seq", "body", "leaf", ...columns].join()} FROM audit_entry WHERE seq > ? AND seq <= ?
     ORDER BY seq LIMIT ${pageSize}`,
  );
  const payloads = database.prepare(
    `SELECT ${["seq", "salt", ...labels].join()} FROM audit_payload WHERE seq > ? AND seq <= ? ORDER BY seq`,
  );
  entries.setReturnArrays(true);
  payloads.setReturnArrays(true);
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = entries.all(after, Number.MAX_SAFE_INTEGER).map((row): StoredEntry => {
      const [seq, body, leaf = null, ...rest] = valuesOf(row);
      return { seq: Number(seq), body: String(body), leaf, columns: rest, payload: undefined };
    });
    const last = page.at(-1)?.seq;
    if (last === undefined) return;
    if (labels.length > 0) addPayloads(page, payloads.all(after, last).map(valuesOf));
    after = last;
    yield page;
  }
}

/** Both are in the order of their numbers. */
function addPayloads(page: StoredEntry[], payloads: readonly (readonly SQLOutputValue[])[]): void {
  let place = 0;
  for (const [seq, salt, ...texts] of payloads) {
    while (place < page.length && (page[place]?.seq ?? 0) < Number(seq)) place += 1;
    const entry = page[place];
    if (entry === undefined) return;
    // an erased payload may leave its row, without a salt
    if (entry.seq === seq && typeof salt === "string" && salt !== "") entry.payload = { salt, texts };
  }
}

/** What a statement gives for a row, once it is to give arrays: its types do not say so. */
function valuesOf(row: unknown): SQLOutputValue[] {
  if (!Array.isArray(row)) throw new TypeError("a statement that returns arrays gave something else");
  return row;
}
