import { RingmainError } from "../core/errors.ts";

/** The head of the tree at some moment, as a notary signs it (https://c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** Which trail: the notary's name. */
  origin: string;
  /** How many entries it covers. */
  size: number;
  /** The Merkle tree hash over them. */
  root: Buffer;
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString("base64")}\n`;
}

/** Throws AUDIT_BROKEN for a text that is no checkpoint. */
export function parseCheckpoint(text: string): Checkpoint {
  const [, origin, size, base64] = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n/.exec(text) ?? [];
  if (origin === undefined || base64 === undefined)
    throw new RingmainError("AUDIT_BROKEN", "A signed note is no checkpoint of a trail.");
  return { origin, size: Number(size), root: Buffer.from(base64, "base64") };
}
