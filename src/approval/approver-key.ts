import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes, scryptSync } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { RingmainError } from "../core/errors.ts";
import { secretModes } from "../core/shared-folder.ts";
import { keyId } from "./statement.ts";

/** 64 MiB and some 0.2 s for each guess of a passphrase. */
const cost = { N: 2 ** 16, r: 8, p: 1 };
const scryptMemory = 128 * 1024 * 1024;

const sealedKey = z.strictObject({
  v: z.literal(1),
  principal: z.string(),
  key_id: z.string(),
  kdf: z.literal("scrypt"),
  N: z
    .int()
    .min(2)
    .max(2 ** 20),
  r: z.int().min(1).max(32),
  p: z.int().min(1).max(16),
  salt: z.base64(),
  cipher: z.literal("aes-256-gcm"),
  iv: z.base64(),
  tag: z.base64(),
  /** The private key, encrypted. */
  data: z.base64(),
});
type SealedKey = z.infer<typeof sealedKey>;

/** An approver's new key pair: the public key in the open, the private one under the passphrase. */
export interface ApproverKey {
  id: string;
  /** SPKI, PEM. */
  publicKey: string;
  /** The text of the key file. */
  sealed: string;
}

/** Makes an ed25519 key pair whose private half opens with the passphrase alone (scrypt, AES-256-GCM). */
export function makeApproverKey({
  principal,
  passphrase,
}: {
  principal: string;
  passphrase: string;
}): ApproverKey {
  const pair = generateKeyPairSync("ed25519");
  const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const id = keyId(publicKey);
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv("aes-256-gcm", derive(passphrase, salt, cost), iv);
  cipher.setAAD(Buffer.from(`${principal}\0${id}`));
  const secret = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const data = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  const file: SealedKey = {
    v: 1,
    principal,
    key_id: id,
    kdf: "scrypt",
    ...cost,
    salt: salt.toString("base64"),
    cipher: "aes-256-gcm",
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
  return { id, publicKey, sealed: `${JSON.stringify(file, null, 2)}\n` };
}

/** The private key (PKCS #8, PEM) of a key file, or undefined when the passphrase is not the one. */
export function openApproverKey(sealed: string, passphrase: string): string | undefined {
  const file = sealedKey.parse(JSON.parse(sealed));
  const key = derive(passphrase, Buffer.from(file.salt, "base64"), file);
  const options = { authTagLength: 16 };
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(file.iv, "base64"), options);
  decipher.setAAD(Buffer.from(`${file.principal}\0${file.key_id}`));
  decipher.setAuthTag(Buffer.from(file.tag, "base64"));
  try {
    return decipher.update(Buffer.from(file.data, "base64"), undefined, "utf8") + decipher.final("utf8");
  } catch {
    return undefined;
  }
}

/** One passphrase may be typed in two Unicode forms. */
function derive(passphrase: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Buffer {
  return scryptSync(passphrase.normalize("NFKC"), salt, 32, { N, r, p, maxmem: scryptMemory });
}

function keyFile(stateDir: string, principal: string): string {
  return join(stateDir, "keys", "approvers", `${encodeURIComponent(principal.slice("user:".length))}.key`);
}

/** Writes a key file, readable by its owner alone, in place of an earlier one. */
export function writeKeyFile(stateDir: string, principal: string, sealed: string): void {
  const path = keyFile(stateDir, principal);
  mkdirSync(dirname(path), { recursive: true, mode: secretModes(stateDir).folder });
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, sealed, { mode: 0o600, flag: "wx" });
  renameSync(draft, path);
}

/** Reads a person's key file. Throws STATE_INVALID. */
export function readKeyFile(stateDir: string, principal: string): string {
  const path = keyFile(stateDir, principal);
  try {
    const text = readFileSync(path, "utf8");
    sealedKey.parse(JSON.parse(text));
    return text;
  } catch (cause) {
    throw new RingmainError("STATE_INVALID", `The key of ${principal} cannot be read from ${path}.`, {
      hint: "Bring the file back from a backup, or have the key revoked by another person and enroll again.",
      cause,
    });
  }
}
