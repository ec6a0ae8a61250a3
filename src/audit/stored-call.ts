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

/**
 * Prepares the search for a call that succeeded before, by business key (scoped by tool) or by idempotency key
 * (scoped by tool and principal). A business key never conflicts; an idempotency key with other arguments is a
 * CONFLICT. Throws RESULT_ERASED when the stored result is gone.
 */
export function storedCallFinder(database: DatabaseSync) {
  const select =
    "SELECT e.seq, e.run, e.body, p.salt, p.result FROM audit_entry e LEFT JOIN audit_payload p ON p.seq = e.seq";
  const byOnce = database.prepare(`${select} WHERE e.once = ? AND e.tool = ? AND e.outcome = 'done'`);
  const byKey = database.prepare(
    `${select} WHERE e.key = ? AND e.tool = ? AND e.principal = ? AND e.outcome = 'done'`,
  );

  return (call: {
    tool: string;
    principal: string;
    key?: string | undefined;
    once?: string | undefined;
    /** Canonical JSON. */
    arguments: string;
  }): StoredCall | undefined => {
    const onceRow = call.once === undefined ? undefined : byOnce.get(call.once, call.tool);
    const row =
      onceRow ?? (call.key === undefined ? undefined : byKey.get(call.key, call.tool, call.principal));
    if (row === undefined) return undefined;
    if (!(row.salt instanceof Uint8Array) || typeof row.result !== "string") {
      throw new RingmainError(
        "RESULT_ERASED",
        `This call was made before (entry #${row.seq}); its result was erased since.`,
        {
          hint: "The work is done. Read the record to see where it stands.",
        },
      );
    }
    if (
      onceRow === undefined &&
      commit("arguments", row.salt, call.arguments) !== parseEntry(row.body).arguments_commitment
    ) {
      throw new RingmainError(
        "CONFLICT",
        `The idempotency key was used before with other arguments (entry #${row.seq}).`,
        {
          hint: "Nothing was changed. Use a new key for a new call.",
        },
      );
    }
    return { entry: Number(row.seq), result: row.result, ...(row.run !== null && { run: String(row.run) }) };
  };
}
