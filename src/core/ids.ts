import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

/** Random bytes are drawn for many ids at once: a draw costs the same for 16 bytes as for 4,096. */
const pool = new Uint8Array(4096);
let used = pool.length;

function randomBytes16(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.slice(used - 16, used);
}

let lastMs = 0;
let sequence = 0;

/**
 * Makes ids that sort by the time they were made (UUID version 7, RFC 9562 §5.7), with a prefix for people. Those
 * of one process sort in the order of their making, also within a millisecond and when the clock is set back.
 */
export function newId(prefix: string): string {
  const random = randomBytes16();
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = Buffer.from(random.buffer, 0, 4).readUInt32BE() >>> 1;
  } else {
    sequence += 1;
  }
  return `${prefix}_${v7({ random, msecs: lastMs, seq: sequence }).replaceAll("-", "")}`;
}
