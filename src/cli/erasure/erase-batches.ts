import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { createAppender } from "../../audit/append.ts";
import { toRanges } from "../../audit/entry-ranges.ts";
import { neededPayloads, payloadEraser } from "../../audit/payloads.ts";
import { transact } from "../../db/transaction.ts";
import { activeRuns } from "../../engine/sqlite/active-runs.ts";
import { type Act, actAsPerson, type Deed } from "../act-as-person.ts";
import type { Person } from "../person.ts";
import { copyTables, eraseCopies, type FoundCopies } from "./copies.ts";

/** A batch is one transaction and one entry, which names no more ranges than this: entries stay small. */
const mostRanges = 200;
const mostPayloads = 400;
const mostCopies = 100;

/** What was erased so far. */
export interface Erased {
  payloads: number;
  /** Rows by table. */
  copies: Map<string, number>;
}

/** Does the work of one batch and records it, in one transaction; a batch that erased nothing leaves no entry. */
export type RecordErasure = (work: () => Deed<Erased>) => Promise<Erased>;

/** Records what a person erases. */
export function erasureByPerson(options: {
  database: DatabaseSync;
  writerKey: KeyObject;
  person: Person;
  act: Pick<Act, "subject" | "erased_before" | "reason">;
  now: () => Date;
}): RecordErasure {
  const { database, writerKey, person, now } = options;
  const act = { ...options.act, kind: "erasure", tool: "ringmain.erase_payloads", effect: "delete" } as const;
  return (work) => actAsPerson({ database, writerKey, person, act, now: now() }, work);
}

/** Records what grew older than ringmain.yaml says. */
export function erasureByAge(options: {
  database: DatabaseSync;
  writerKey: KeyObject;
  before: Date;
  now: () => Date;
}): RecordErasure {
  const { database, writerKey, before, now } = options;
  const appender = createAppender(database, writerKey);
  return (work) =>
    transact(database, () => {
      const { answer, changed, erased = [] } = work();
      if (changed.length === 0 && erased.length === 0) return answer;
      appender.load();
      appender.append({
        time: now().toISOString(),
        kind: "erasure",
        principal: "ringmain:retention",
        verified_by: "runner",
        server: "ringmain",
        tool: "ringmain.erase_payloads",
        effect: "delete",
        decision: "allow",
        policies: [],
        outcome: "done",
        duration_us: 0,
        changed,
        erased: erased.length === 0 ? undefined : erased,
        erased_before: before.toISOString(),
      });
      appender.store();
      return answer;
    });
}

/**
 * Erases payloads and copies, batch by batch. It can be killed at any time: each batch and its entry are there together or
 * not at all, and what is left is found again. What a run has come to need since it was found is left. Stops between
 * two batches when `stopped` says so.
 */
export async function eraseBatches(options: {
  database: DatabaseSync;
  seqs: readonly number[];
  copies: readonly FoundCopies[];
  record: RecordErasure;
  now: () => Date;
  progress?: (erased: Erased) => void;
  stopped?: () => boolean;
}): Promise<Erased> {
  const { database, seqs, copies, record, now, progress = () => {}, stopped = () => false } = options;
  const needs = neededPayloads(database);
  const erase = payloadEraser(database);
  const tables = new Map(copyTables(database, { messages: true }).map((table) => [table.table, table]));
  const total: Erased = { payloads: 0, copies: new Map() };
  const add = (batch: Erased) => {
    total.payloads += batch.payloads;
    for (const [table, count] of batch.copies)
      total.copies.set(table, (total.copies.get(table) ?? 0) + count);
    progress(total);
  };

  for (const batch of payloadBatches(seqs)) {
    if (stopped()) return total;
    const done = await record(() => {
      const needed = needs(batch, activeRuns(database));
      const erased = erase(batch.filter((seq) => !needed.has(seq)));
      const answer = { payloads: erased.length, copies: new Map() };
      return { answer, changed: [], erased: toRanges(erased) };
    });
    add(done);
  }
  for (const { table, ids } of copies) {
    const copyTable = tables.get(table);
    if (copyTable === undefined) continue;
    for (let from = 0; from < ids.length; from += mostCopies) {
      if (stopped()) return total;
      const done = await record(() => {
        const changed = eraseCopies(database, copyTable, ids.slice(from, from + mostCopies), now());
        return { answer: { payloads: 0, copies: new Map([[table, changed.length]]) }, changed };
      });
      add(done);
    }
  }
  return total;
}

/** Entries in order, in parts that each are few payloads and few ranges. */
function* payloadBatches(seqs: readonly number[]): Generator<number[]> {
  let batch: number[] = [];
  let ranges = 0;
  for (const seq of seqs) {
    const starts = batch.at(-1) !== seq - 1;
    if (batch.length === mostPayloads || (starts && ranges === mostRanges)) {
      yield batch;
      batch = [];
      ranges = 0;
    }
    if (starts || batch.length === 0) ranges += 1;
    batch.push(seq);
  }
  if (batch.length > 0) yield batch;
}
