import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import { nodeHash, tileHeight } from "./merkle.ts";
import type { NodeReader } from "./proof.ts";

/**
 * Reads the hashes of complete subtrees from the stored leaves and tiles: at most 255 rows each. They are taken as they
 * stand; `audit verify` is what recomputes them. Throws AUDIT_BROKEN when one is missing.
 */
export function createTreeReader(database: DatabaseSync): NodeReader {
  const leaves = database.prepare(
    "SELECT leaf AS hash FROM audit_entry WHERE seq > ? AND seq <= ? ORDER BY seq",
  );
  const tiles = database.prepare(
    "SELECT hash FROM audit_tile WHERE height = ? AND number >= ? AND number < ? ORDER BY number",
  );
  return (height, number) => {
    const stored = Math.floor(height / tileHeight) * tileHeight;
    const count = 2 ** (height - stored);
    const first = number * count;
    const rows = stored === 0 ? leaves.all(first, first + count) : tiles.all(stored, first, first + count);
    let hashes: Buffer[] = rows.map(({ hash }) => Buffer.from(hash instanceof Uint8Array ? hash : []));
    if (hashes.length !== count) throw incomplete();
    while (hashes.length > 1) hashes = pairs(hashes);
    const [hash] = hashes;
    if (hash === undefined) throw incomplete();
    return hash;
  };
}

function pairs(hashes: readonly Buffer[]): Buffer[] {
  const parents: Buffer[] = [];
  for (let index = 1; index < hashes.length; index += 2) {
    const [left, right] = [hashes[index - 1], hashes[index]];
    if (left !== undefined && right !== undefined) parents.push(nodeHash(left, right));
  }
  return parents;
}

function incomplete(): RingmainError {
  return new RingmainError("AUDIT_BROKEN", "The tree over the entries is incomplete.", {
    hint: "`ringmain audit verify` says where.",
  });
}
