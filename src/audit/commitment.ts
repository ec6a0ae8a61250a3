import { hash } from "node:crypto";

/**
 * What a commitment is to: columns of `audit_payload`, and `<label>_commitment` of the entry. The label keeps an
 * argument's commitment from ever equalling a result's.
 */
export const commitmentLabels = ["arguments", "facts", "result"] as const;
export type CommitmentLabel = (typeof commitmentLabels)[number];

/**
 * A salted commitment to a payload: SHA-256 over the UTF-8 of label, U+0000, salt, U+0000 and text, in hex. Whoever has
 * the payload and its salt can check it; without the salt nobody can guess the payload from it.
 */
export function commit(label: CommitmentLabel, salt: string, text: string): string {
  return hash("sha256", `${label}\0${salt}\0${text}`, "hex");
}

/** SHA-256 in hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}
