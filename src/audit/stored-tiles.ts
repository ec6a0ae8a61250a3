import type { DatabaseSync } from "node:sqlite";
import type { Tile } from "./merkle.ts";

/** The stored tiles, each of which is to be taken once. */
export function storedTiles(database: DatabaseSync) {
  const key = ({ height, number }: { height: unknown; number: unknown }) => `${height}/${number}`;
  const rows = database.prepare("SELECT height, number, hash FROM audit_tile").all();
  const hashes = new Map(rows.map((row) => [key({ height: row.height, number: row.number }), row.hash]));
  return {
    /** Takes a tile; false when it is missing or another. */
    take(tile: Tile): boolean {
      const hash = hashes.get(key(tile));
      hashes.delete(key(tile));
      return hash instanceof Uint8Array && tile.hash.equals(hash);
    },
    left: () => hashes.size,
  };
}
