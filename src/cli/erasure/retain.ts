import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { copyTables, findCopies } from "./copies.ts";
import { type Erased, eraseBatches, erasureByAge } from "./erase-batches.ts";
import { findAgedPayloads } from "./find-payloads.ts";

/** So few at a time that a call which waits for the lock meanwhile hardly notices. */
const mostPayloads = 400;
const mostCopies = 100;

/** Erases some of what is from before a time, the oldest first, and says whether that was all. */
export async function retainOnce(options: {
  database: DatabaseSync;
  writerKey: KeyObject;
  before: Date;
  now: () => Date;
}): Promise<{ erased: Erased; isAll: boolean }> {
  const { database, writerKey, before, now } = options;
  const { seqs } = findAgedPayloads(database, before, mostPayloads);
  const found = findCopies(database, copyTables(database, { messages: false }), { before });
  const copies = found.map((copy) => ({ ...copy, ids: copy.ids.slice(0, mostCopies) }));
  const record = erasureByAge({ database, writerKey, before, now });
  const erased = await eraseBatches({ database, seqs, copies, record, now });
  const isAll = seqs.length < mostPayloads && found.every(({ ids }) => ids.length <= mostCopies);
  return { erased, isAll };
}
