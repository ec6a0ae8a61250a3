import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { RingmainError } from "../core/errors.ts";

// Signed notes of C2SP (https://c2sp.org/signed-note): a text, an empty line, and a line for each signature.

/** Who signs notes, by name and ed25519 key. */
export interface NoteVerifier {
  name: string;
  publicKey: KeyObject;
}

/** The signature type of ed25519. */
const ed25519 = 1;
const dash = "\u2014 ";

/** Appends the signature of a key to a text, which must end with a newline. */
export function signNote(
  text: string,
  { name, privateKey }: { name: string; privateKey: KeyObject },
): string {
  const id = keyId({ name, publicKey: createPublicKey(privateKey) });
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n${dash}${name} ${signature.toString("base64")}\n`;
}

/**
 * The text of a note, once the signature of the verifier's key is seen to be right. Signatures of other keys do not
 * count. Throws AUDIT_BROKEN with the reason.
 */
export function openNote(note: string, verifier: NoteVerifier): string {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw broken("it is no signed note");
  const text = note.slice(0, end + 1);
  const id = keyId(verifier);
  for (const line of note.slice(end + 2, -1).split("\n")) {
    const [, name, base64] = /^\u2014 ([^ +]+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? [];
    if (name === undefined || base64 === undefined) throw broken("a signature line is malformed");
    const bytes = Buffer.from(base64, "base64");
    if (name !== verifier.name || !bytes.subarray(0, id.length).equals(id)) continue;
    if (verify(null, Buffer.from(text), verifier.publicKey, bytes.subarray(id.length))) return text;
    throw broken("its signature does not fit its text");
  }
  throw broken(`${verifier.name} has not signed it`);
}

/** A verifier as one line of text, for people to keep: name, key id and key. */
export function verifierText(verifier: NoteVerifier): string {
  const key = Buffer.concat([Buffer.of(ed25519), rawKey(verifier.publicKey)]);
  return `${verifier.name}+${keyId(verifier).toString("hex")}+${key.toString("base64")}`;
}

/** Reads the line that `verifierText` wrote. Throws INPUT_INVALID. */
export function parseVerifier(line: string): NoteVerifier {
  const [, name, id, base64] = /^([^ +]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(line.trim()) ?? [];
  const key = Buffer.from(base64 ?? "", "base64");
  if (name !== undefined && key.length === 33 && key[0] === ed25519) {
    const jwk = { kty: "OKP", crv: "Ed25519", x: key.subarray(1).toString("base64url") };
    const verifier = { name, publicKey: createPublicKey({ key: jwk, format: "jwk" }) };
    if (keyId(verifier).toString("hex") === id) return verifier;
  }
  throw new RingmainError("INPUT_INVALID", "This is no key of a notary.", {
    hint: "`ringmain audit checkpoint` shows it: name+id+key, one line.",
  });
}

/** What tells keys of one name apart: the beginning of SHA-256(name || 0x0A || type || key). */
function keyId({ name, publicKey }: NoteVerifier): Buffer {
  return createHash("sha256")
    .update(`${name}\n`)
    .update(Buffer.of(ed25519))
    .update(rawKey(publicKey))
    .digest()
    .subarray(0, 4);
}

function rawKey(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
}

function broken(why: string): RingmainError {
  return new RingmainError("AUDIT_BROKEN", `The checkpoint cannot be trusted: ${why}.`, {
    hint: "Take another copy of it; `ringmain audit verify --checkpoint FILE` reads one from anywhere.",
  });
}
