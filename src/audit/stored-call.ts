import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import { commit } from "./commitment.ts";
import { parseEntry } from "./read.ts";

/** A call that succeeded before under the same key. */
export interface StoredCall {
  entry: number;
  run?: string;
  /** Canonical JSON. */
  result: string;
}

/** Prepares the search for the entry of a call that succeeded under an idempotency key. */
export function keyFinder(database: DatabaseSync) {
  // answered by the index alone: nearly every call is new
  const find = database.prepare(
    "SELECT seq FROM audit_entry WHERE key = ? AND tool = ? AND principal = ? AND outcome = 'done'",
  );
  return (call: { key: string; tool: string; principal: string }): number | undefined => {
    const row = find.get(call.key, call.tool, call.principal);
    return row && Number(row.seq);
  };
}

/**
 * Prepares the search for a call that succeeded before, by business key (scoped by tool) or by idempotency key
 * (scoped by tool and principal). A business key never conflicts; an idempotency key with other arguments is a
 * CONFLICT. Throws RESULT_ERASED when the stored result is gone.
 */
export function storedCallFinder(database: DatabaseSync) {
  const byOnce = database.prepare(
    "SELECT seq FROM audit_entry WHERE once = ? AND tool = ? AND outcome = 'done'",
  );
  const byKey = keyFinder(database);
  const read = database.prepare(
    "SELECT e.body ->> '$.run' AS run, e.body, p.salt, p.result FROM audit_entry e LEFT JOIN audit_payload p ON p.seq = e.seq WHERE e.seq = ?",
  );

  return (call: {
    tool: string;
    principal: string;
    key?: string | undefined;
    once?: string | undefined;
    /** Canonical JSON. */
    arguments: string;
  }): StoredCall | undefined => {
    const { tool, principal, key, once } = call;
    const ofOnce = once === undefined ? undefined : byOnce.get(once, tool);
    const entry = ofOnce === undefined ? key && byKey({ key, tool, principal }) : Number(ofOnce.seq);
    if (!entry) return undefined;
    const row = read.get(entry);
    if (row === undefined) throw new Error(`entry ${entry} vanished`);
    if (typeof row.salt !== "string" || typeof row.result !== "string") {
      throw new RingmainError(
        "RESULT_ERASED",
        `This call was made before (entry #${entry}); its result was erased since.`,
        {
          hint: "The work is done. Read the record to see where it stands.",
        },
      );
    }
    if (
      ofOnce === undefined &&
      commit("arguments", row.salt, call.arguments) !== parseEntry(row.body).arguments_commitment
    ) {
      throw new RingmainError(
        "CONFLICT",
        `The idempotency key was used before with other arguments (entry #${entry}).`,
        {
          hint: "Nothing was changed. Use a new key for a new call.",
        },
      );
    }
    return { entry, result: row.result, ...(row.run !== null && { run: String(row.run) }) };
  };
}
