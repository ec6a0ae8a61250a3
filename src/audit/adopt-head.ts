import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { givenRows, storeGivenRows } from "./given-rows.ts";
import { createHeadSeal } from "./head-mac.ts";

/**
 * Authenticates with this key what was authenticated with another one: the head of the trail, and the lists of the rows
 * that servers began with. Call it in a transaction, once the trail was verified and a person has decided it. Returns
 * the size of the head; undefined, having changed nothing, when the head is this key's already.
 */
export function adoptHead(database: DatabaseSync, writerKey: KeyObject): number | undefined {
  const seal = createHeadSeal(writerKey);
  const row = database.prepare("SELECT size, frontier, writer, mac FROM audit_tree WHERE id = 1").get();
  const size = Number(row?.size ?? 0);
  const frontier = row?.frontier instanceof Uint8Array ? row.frontier : Buffer.alloc(0);
  const standing = seal.check({ size, frontier, writer: row?.writer, mac: row?.mac });
  if (standing === "authentic" || standing === "none") return undefined;
  database
    .prepare("UPDATE audit_tree SET writer = ?, mac = ? WHERE id = 1")
    .run(seal.writer, seal.mac({ size, frontier }));
  for (const { server, rows } of givenRows(database, writerKey))
    storeGivenRows(database, { server, rows, writerKey });
  return size;
}
