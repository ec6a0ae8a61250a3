import type { EntryDraft } from "./entry.ts";

/** The columns of `searchColumns`. */
export const searchedBy = ["principal", "tool", "outcome", "key", "once", "loose_run"] as const;

/**
 * The members of an entry by which the trail is searched, as they stand in columns beside its text. The text is the
 * record; `audit verify` compares the columns with it. (Columns that SQLite computes from the text would need no
 * comparison, but cost every call a tenth more.)
 */
export function searchColumns({
  principal,
  tool,
  outcome,
  run,
  key,
  once,
}: Pick<EntryDraft, "principal" | "tool" | "outcome" | "run" | "key" | "once">) {
  const keyTellsRun = outcome === "done" && key?.startsWith(`${run}/`) === true;
  return {
    principal,
    tool,
    outcome,
    key: key ?? null,
    once: once ?? null,
    /** The run of an entry that the index over keys does not lead to. */
    loose_run: keyTellsRun ? null : (run ?? null),
  };
}

/** `0` is the character after `/`: the keys between both are those that begin with `<run>/`. */
const afterSlash = "0";

/**
 * The condition that an entry belongs to a run. Nearly all of a run's entries have keys that begin with its id, so the
 * index over keys finds them and they have no place in another one; the rest have a `loose_run`.
 */
export const ofRun = {
  sql: "(loose_run = ? OR (outcome = 'done' AND key > ? AND key < ?)) AND body ->> '$.run' = ?",
  values: (run: string): string[] => [run, `${run}/`, run + afterSlash, run],
};
