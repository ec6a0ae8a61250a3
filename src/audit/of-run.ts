/** `0` is the character after `/`: the keys between both are those that begin with `<run>/`. */
const afterSlash = "0";

/**
 * The condition that an entry belongs to a run. Nearly all of a run's entries have keys that begin with its id, so the
 * index over keys finds them and they have no place in another one; the rest have a `loose_run`.
 */
export const ofRun = {
  sql: "run = ? AND (loose_run = ? OR (outcome = 'done' AND key > ? AND key < ?))",
  values: (run: string): string[] => [run, run, `${run}/`, run + afterSlash],
};
