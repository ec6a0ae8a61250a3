import { hash } from "node:crypto";

/** What a commitment is to. The label keeps an argument's commitment from ever equalling a result's. */
export type CommitmentLabel = "arguments" | "result";

const prefixes = { arguments: Buffer.from("arguments\0"), result: Buffer.from("result\0") };

/**
 * A salted commitment to a payload: SHA-256(label || 0x00 || salt || text), in hex. Whoever has the payload and
 * its salt can check it; without the salt nobody can guess the payload from it.
 */
export function commit(label: CommitmentLabel, salt: Uint8Array, text: string): string {
  return hash("sha256", Buffer.concat([prefixes[label], salt, Buffer.from(text)]), "hex");
}
