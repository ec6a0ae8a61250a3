import { createPublicKey, type KeyObject, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import { transact } from "../db/transaction.ts";
import { type Checkpoint, checkpointText, parseCheckpoint } from "./checkpoint.ts";
import { sha256Hex } from "./commitment.ts";
import { createHeadSeal, type HeadSeal, type StoredHead } from "./head-mac.ts";
import { Frontier } from "./merkle.ts";
import { type NodeReader, rangeHash } from "./proof.ts";
import { type NoteVerifier, openNote, signNote } from "./signed-note.ts";
import { createTreeReader } from "./tree-reader.ts";

/** A checkpoint as it was signed. */
export interface SealedHead extends Checkpoint {
  note: string;
  /** Under which name it is kept. */
  file: string;
  /** Whether it was made now, not found. */
  fresh: boolean;
}

/** Signs the head of the trail, and keeps what it signed in a folder outside the database. */
export interface Notary {
  verifier: NoteVerifier;
  /**
   * Signs the head of the trail as it is now, unless that is signed already, once all that it covers is on the disk.
   * Undefined for an empty trail. Throws AUDIT_BROKEN, and signs nothing, when the trail does not go on from the last
   * checkpoint, or is not what its head says.
   */
  seal(): Promise<SealedHead | undefined>;
}

export function createNotary(options: {
  /** Opened with `synchronous: "full"`. */
  database: DatabaseSync;
  privateKey: KeyObject;
  /** Authenticates the heads that are written to the trail: what nobody vouches for is not signed. */
  writerKey: KeyObject;
  /** The folder of the checkpoints; made when there is none. */
  folder: string;
}): Notary {
  const { database, privateKey, folder } = options;
  const verifier = notaryOf(createPublicKey(privateKey));
  const readHead = database.prepare("SELECT size, frontier, writer, mac FROM audit_tree WHERE id = 1");
  const moveHead = database.prepare("UPDATE audit_tree SET size = size + ? WHERE id = 1");
  const read = createTreeReader(database);
  const seal = createHeadSeal(options.writerKey);

  return {
    verifier,
    async seal() {
      const last = lastCheckpoint(folder, verifier);
      const head = await transact(database, () => {
        const row = readHead.get();
        const size = Number(row?.size ?? 0);
        const frontier = row?.frontier instanceof Uint8Array ? row.frontier : Buffer.alloc(0);
        if (size === 0 && last === undefined) return undefined;
        const root = requireUnchanged({ size, frontier }, last, read);
        requireOurs(seal.check({ size, frontier, writer: row?.writer, mac: row?.mac }));
        // The runner's own entries are committed without an fsync, and a power cut may lose the newest of them. What was
        // signed must not be lost, or honest people would look like forgers: this commit syncs the whole log.
        // (SQLite writes no page, and so syncs nothing, where a row is set to what it was.)
        if (size !== last?.size) for (const step of [1, -1]) moveHead.run(step);
        return { origin: verifier.name, size, root };
      });
      if (head === undefined) return undefined;
      if (last?.size === head.size) return { ...last, fresh: false };
      const note = signNote(checkpointText(head), { name: verifier.name, privateKey });
      const file = checkpointFile(head.size);
      keep(folder, file, note);
      return { ...head, note, file, fresh: true };
    },
  };
}

/** A notary by its key: the name says which trail a checkpoint is of. */
export function notaryOf(publicKey: KeyObject): NoteVerifier {
  const key = publicKey.export({ type: "spki", format: "der" });
  return { name: `ringmain-${sha256Hex(key).slice(0, 16)}`, publicKey };
}

/** The newest checkpoint in a folder. Throws AUDIT_BROKEN when it is not the notary's. */
export function lastCheckpoint(folder: string, verifier: NoteVerifier): SealedHead | undefined {
  const file = checkpointFiles(folder).at(-1);
  if (file === undefined) return undefined;
  return { ...readCheckpoint(join(folder, file), verifier), file, fresh: false };
}

/** The files of the checkpoints in a folder, the oldest first. */
export function checkpointFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort();
  } catch {
    return [];
  }
}

/** Reads a file that holds a checkpoint. Throws AUDIT_BROKEN when it is not the notary's, NOT_FOUND without the file. */
export function readCheckpoint(path: string, verifier: NoteVerifier): Checkpoint & { note: string } {
  let note: string;
  try {
    note = readFileSync(path, "utf8");
  } catch (cause) {
    throw new RingmainError("NOT_FOUND", `The checkpoint ${path} cannot be read.`, { cause });
  }
  try {
    const checkpoint = parseCheckpoint(openNote(note, verifier));
    if (checkpoint.origin === verifier.name) return { ...checkpoint, note };
  } catch (error) {
    if (!(error instanceof RingmainError)) throw error;
    throw new RingmainError(error.code, `${path}: ${error.message}`, { hint: error.hint });
  }
  throw new RingmainError("AUDIT_BROKEN", `${path}: this is a checkpoint of another trail.`);
}

const ending = ".checkpoint";

function checkpointFile(size: number): string {
  return `${String(size).padStart(12, "0")}${ending}`;
}

/** Writes it whole or not at all. Another process may have made the same one, which then is replaced by its like. */
function keep(folder: string, file: string, note: string): void {
  const draft = join(folder, `${file}.${randomUUID()}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, note, { flush: true });
    renameSync(draft, join(folder, file));
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new RingmainError("STATE_INVALID", `The checkpoint cannot be written to ${folder}.`, {
      hint: "Check that this user may write there and that there is space.",
      cause,
    });
  }
}

/** The root of a head that fits its entries and the last checkpoint. Throws AUDIT_BROKEN for any other. */
function requireUnchanged(head: StoredHead, last: Checkpoint | undefined, read: NodeReader): Buffer {
  const covered = last?.size ?? 0;
  if (head.size < covered)
    throw changed(`it has ${head.size} entries, the last checkpoint covers ${covered}`);
  if (last !== undefined && !rangeHash(read, 0, covered).equals(last.root))
    throw changed(`its first ${covered} entries are not those that the last checkpoint covers`);
  const root = rangeHash(read, 0, head.size);
  if (!Frontier.fromBytes(head.size, head.frontier).root().equals(root))
    throw changed("its head does not fit its entries");
  return root;
}

function requireOurs(standing: ReturnType<HeadSeal["check"]>): void {
  if (standing === "forged") throw changed("its head was written by another program, not by Ringmain");
  if (standing === "other_key")
    throw changed("its head was authenticated with another key than keys/writer.key");
}

function changed(why: string): RingmainError {
  return new RingmainError("AUDIT_BROKEN", `The trail was changed: ${why}. Nothing was signed.`, {
    hint: "Keep the database as it is; `ringmain audit verify` says where it was changed.",
  });
}
