import type { DatabaseSync } from "node:sqlite";

/**
 * Prepares the question whether another connection, of this or any other process, has changed the database since it was
 * last asked. The first answer is yes. Asked inside a transaction, it holds until that ends
 * (https://sqlite.org/pragma.html#pragma_data_version).
 */
export function foreignChanges(database: DatabaseSync): () => boolean {
  const read = database.prepare("PRAGMA data_version");
  let known: unknown;
  return () => {
    const version = read.get()?.data_version;
    const changed = version !== known;
    known = version;
    return changed;
  };
}
