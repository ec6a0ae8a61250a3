import {
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
} from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { RingmainError } from "../core/errors.ts";
import { secretModes } from "../core/shared-folder.ts";

/** Whose keys: the runner signs tokens, the notary signs checkpoints of the audit trail. */
export type KeyOwner = "runner" | "notary";

/** An owner's ed25519 keys, in PEM. Servers read the runner's public one only. */
function keyPaths(stateDir: string, owner: KeyOwner) {
  return { private: join(stateDir, "keys", `${owner}.key`), public: join(stateDir, "keys", `${owner}.pub`) };
}

/**
 * Makes an owner's key pair unless the workspace has one. The private key is readable by its owner only
 * (and by the group of a shared state folder). Two
 * processes may come at once: linking the finished private key into place lets exactly one of them win, and
 * the public key is always derived from the winner. Throws STATE_INVALID when the folder cannot be written, and when
 * the notary's private key is gone: its public one vouches for the checkpoints that there are.
 */
export function ensureKeys(stateDir: string, owner: KeyOwner = "runner"): void {
  const paths = keyPaths(stateDir, owner);
  if (existsSync(paths.public)) {
    if (existsSync(paths.private)) return;
    if (owner === "notary") throw notaryKeyLost(paths);
  }
  try {
    makeKeys(stateDir, paths);
  } catch (cause) {
    throw keysNotMade(stateDir, cause);
  }
}

function notaryKeyLost(paths: ReturnType<typeof keyPaths>): RingmainError {
  return new RingmainError("STATE_INVALID", `${paths.private} is missing, and ${paths.public} is there.`, {
    hint:
      "Put it back from a backup. If it is lost: keep the .pub and the checkpoints in another place, where " +
      "`node docs/verify-audit.mjs` goes on to verify with them, and a new pair is made with the next checkpoint.",
  });
}

function keysNotMade(stateDir: string, cause: unknown): RingmainError {
  return new RingmainError("STATE_INVALID", `The workspace's keys cannot be made in ${stateDir}.`, {
    hint: "Check that this user may write there; docs/sharing.md says how several users share a workspace.",
    cause,
  });
}

function makeKeys(stateDir: string, paths: ReturnType<typeof keyPaths>): void {
  if (!existsSync(paths.private)) {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeSecret(stateDir, paths.private, privateKey.export({ type: "pkcs8", format: "pem" }));
  }
  const publicKey = createPublicKey(readFileSync(paths.private)).export({ type: "spki", format: "pem" });
  const draft = `${paths.public}.${randomUUID()}`;
  writeFileSync(draft, publicKey, { mode: 0o644 });
  renameSync(draft, paths.public);
}

/**
 * Writes a secret to a file that only its owner can read, and the group of a state folder that is shared, unless another
 * process has written its own there.
 */
function writeSecret(stateDir: string, path: string, secret: string | Buffer): void {
  const modes = secretModes(stateDir);
  mkdirSync(dirname(path), { recursive: true, mode: modes.folder });
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, secret, { mode: modes.file });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    unlinkSync(draft);
  }
}

/**
 * The secret with which every process that writes to the audit trail authenticates what it commits; made when the
 * workspace has none. It is readable by its owner only (and by the group of a shared state folder).
 * Throws STATE_INVALID when it cannot be made or is none.
 */
export function ensureWriterKey(stateDir: string): KeyObject {
  const found = readWriterKey(stateDir);
  if (found !== undefined) return found;
  try {
    writeSecret(stateDir, writerKeyPath(stateDir), `${randomBytes(writerKeyBytes).toString("hex")}\n`);
  } catch (cause) {
    throw keysNotMade(stateDir, cause);
  }
  const made = readWriterKey(stateDir);
  if (made === undefined) throw keysNotMade(stateDir, undefined);
  return made;
}

/** The same secret, or undefined when the workspace has none, as a copy of a database has. Throws STATE_INVALID. */
export function readWriterKey(stateDir: string): KeyObject | undefined {
  const path = writerKeyPath(stateDir);
  if (!existsSync(path)) return undefined;
  const secret = Buffer.from(readKey(path).trim(), "hex");
  if (secret.length === writerKeyBytes) return createSecretKey(secret);
  throw new RingmainError("STATE_INVALID", `${path} is damaged.`, {
    hint: "Put it back from a backup: the heads of the audit trail are authenticated with it.",
  });
}

const writerKeyBytes = 32;

function writerKeyPath(stateDir: string): string {
  return join(stateDir, "keys", "writer.key");
}

export function readPrivateKey(stateDir: string, owner: KeyOwner = "runner"): string {
  return readKey(keyPaths(stateDir, owner).private);
}

export function hasPublicKey(stateDir: string, owner: KeyOwner): boolean {
  return existsSync(keyPaths(stateDir, owner).public);
}

export function readPublicKey(stateDir: string, owner: KeyOwner = "runner"): string {
  return readKey(keyPaths(stateDir, owner).public);
}

function readKey(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new RingmainError("STATE_INVALID", `The key file ${path} cannot be read.`, {
      hint:
        "Run a `ringmain` command in the workspace first, as the user who owns it; docs/sharing.md says how several " +
        "users share a workspace.",
      cause,
    });
  }
}
