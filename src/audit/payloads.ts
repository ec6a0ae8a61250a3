import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

/** The payload of one entry as a search reads it. */
export interface ReadPayload {
  seq: number;
  /** The entry's own line, which no erasure touches. */
  body: string;
  /** All that the payload holds: arguments, result and whatever else the trail keeps beside an entry. */
  texts: string[];
}

/** Prepares the reading of the payloads that are left, a page at a time, so that no reader holds up a checkpoint. */
export function payloadReader(database: DatabaseSync): (after: number, limit: number) => ReadPayload[] {
  const texts = database
    .prepare("SELECT name FROM pragma_table_info('audit_payload') WHERE name NOT IN ('seq', 'salt')")
    .all()
    .map(({ name }) => `p.${String(name)}`);
  const read = database.prepare(
    `SELECT p.seq, e.body, ${texts.join(", ")} FROM audit_payload p JOIN audit_entry e ON e.seq = p.seq
     WHERE p.seq > ? ORDER BY p.seq LIMIT ?`,
  );
  return (after, limit) => read.all(after, limit).map(toPayload);
}

function toPayload({ seq, body, ...texts }: Record<string, SQLOutputValue>): ReadPayload {
  const held = Object.values(texts).filter((text) => typeof text === "string");
  return { seq: Number(seq), body: String(body), texts: held };
}

/** Prepares the deletion of payloads, with the salts of their commitments. Returns the entries whose payload was there. */
export function payloadEraser(database: DatabaseSync): (seqs: readonly number[]) => number[] {
  const erase = database.prepare(
    "DELETE FROM audit_payload WHERE seq IN (SELECT value FROM json_each(?)) RETURNING seq",
  );
  return (seqs) =>
    erase
      .all(JSON.stringify(seqs))
      .map(({ seq }) => Number(seq))
      .sort((a, b) => a - b);
}

/**
 * Prepares the question which payloads the runs that have not ended need for their journals: their own, and those of
 * the calls that were answered to them again. Gives the run by entry, for those of the entries that are asked about.
 */
export function neededPayloads(
  database: DatabaseSync,
): (seqs: readonly number[], activeRuns: readonly string[]) => Map<number, string> {
  const own = database.prepare(
    `SELECT seq, body ->> '$.run' AS run FROM audit_entry
     WHERE seq IN (SELECT value FROM json_each(?)) AND body ->> '$.run' IN (SELECT value FROM json_each(?))`,
  );
  const replayed = database.prepare(
    `SELECT body ->> '$.replay_of' AS seq, loose_run AS run FROM audit_entry
     WHERE loose_run IN (SELECT value FROM json_each(?)) AND outcome = 'replayed'`,
  );
  return (seqs, activeRuns) => {
    if (activeRuns.length === 0) return new Map();
    const asked = new Set(seqs);
    const runs = JSON.stringify(activeRuns);
    const rows = [...replayed.all(runs), ...own.all(JSON.stringify(seqs), runs)];
    return new Map(
      rows
        .map(({ seq, run }): [number, string] => [Number(seq), String(run)])
        .filter(([seq]) => asked.has(seq)),
    );
  };
}
