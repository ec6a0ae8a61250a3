import { type KeyObject, randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import { type CommitmentLabel, commit } from "./commitment.ts";
import { type EntryDraft, entryText } from "./entry.ts";
import { createHeadSeal, type HeadStanding } from "./head-mac.ts";
import { Frontier, leafHash } from "./merkle.ts";
import { searchColumns } from "./search-columns.ts";

/** The arguments and the result of a call, and the facts that policies saw of it, as canonical JSON. */
export interface Payload {
  arguments?: string | undefined;
  facts?: string | undefined;
  result?: string | undefined;
}

/**
 * Appends entries to the trail, inside transactions that the caller opens with BEGIN IMMEDIATE and commits. Entries
 * are written together when the transaction ends: that takes half as long as one by one between other work.
 */
export interface Appender {
  /**
   * Reads the tree head, and returns how many entries there are. Call it at the start of every transaction before which
   * another connection may have appended, or one of this appender's own was rolled back. Throws AUDIT_BROKEN when the trail does not end where its head says, or when the head
   * was not written by somebody with the writers' key: who went on from a forged head would vouch for it.
   */
  load(): number;
  /** Takes one entry and its payload. Returns its sequence number. */
  append(draft: EntryDraft, payload?: Payload): number;
  /** Writes the entries taken so far. Call it before the trail is read in the same transaction. */
  flush(): void;
  /** Writes the entries and the tree head. Call it before every commit. */
  store(): void;
}

/** Prepares an appender on a connection. The key authenticates the heads of a workspace's trail (`head-mac.ts`). */
export function createAppender(database: DatabaseSync, writerKey: KeyObject): Appender {
  const readTree = database.prepare(
    "SELECT size, frontier, writer, mac, (SELECT max(seq) FROM audit_entry) AS last FROM audit_tree WHERE id = 1",
  );
  const writeTree = database.prepare(
    "UPDATE audit_tree SET size = ?, frontier = ?, writer = ?, mac = ? WHERE id = 1",
  );
  const seal = createHeadSeal(writerKey);
  const insertEntry = database.prepare(
    `INSERT INTO audit_entry (seq, body, leaf, principal, tool, outcome, key, once, loose_run)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPayload = database.prepare(
    "INSERT INTO audit_payload (seq, salt, arguments, facts, result) VALUES (?, ?, ?, ?, ?)",
  );
  const insertTile = database.prepare("INSERT INTO audit_tile (height, number, hash) VALUES (?, ?, ?)");
  const nextSalt = saltMaker();
  let tree = new Frontier();
  let written: WrittenHead | undefined;
  let waiting: Waiting[] = [];

  function flush(): void {
    for (const { seq, body, leaf, draft } of waiting) {
      const { principal, tool, outcome, key, once, loose_run } = searchColumns(draft);
      insertEntry.run(seq, body, leaf, principal, tool, outcome, key, once, loose_run);
    }
    for (const { seq, salt, payload } of waiting) {
      const { arguments: sent = null, facts = null, result = null } = payload;
      insertPayload.run(seq, salt, sent, facts, result);
    }
    waiting = [];
  }

  return {
    load() {
      const row = readTree.get();
      if (row === undefined || !(row.frontier instanceof Uint8Array))
        throw new Error("the audit tree has no head");
      const { frontier, mac } = row;
      const size = Number(row.size);
      if (size !== (row.last ?? 0)) throw cutOff(size, Number(row.last));
      // mostly it is the head that this process wrote, and needs no second look
      if (!isSame(written, { size, frontier, mac })) {
        const standing = seal.check({ size, frontier, mac, writer: row.writer });
        if (standing === "forged" || standing === "other_key") throw notOurs(standing);
      }
      tree = Frontier.fromBytes(size, frontier);
      waiting = []; // of a transaction that was rolled back
      return tree.size;
    },
    append(draft, payload = {}) {
      const seq = tree.size + 1;
      const salt = nextSalt();
      const commitmentTo = (label: CommitmentLabel) => {
        const text = payload[label];
        return text === undefined ? undefined : commit(label, salt, text);
      };
      const body = entryText(draft, {
        seq,
        arguments_commitment: commitmentTo("arguments"),
        facts_commitment: commitmentTo("facts"),
        result_commitment: commitmentTo("result"),
      });
      const leaf = leafHash(body);
      tree.append(leaf);
      waiting.push({ seq, draft, body, leaf, salt, payload });
      return seq;
    },
    flush,
    store() {
      flush();
      for (const { height, number, hash } of tree.takeTiles()) insertTile.run(height, number, hash);
      const { size } = tree;
      const frontier = tree.toBytes();
      const mac = seal.mac({ size, frontier });
      writeTree.run(size, frontier, seal.writer, mac);
      written = { size, frontier, mac };
    },
  };
}

function cutOff(size: number, last: number): RingmainError {
  const message = `The audit trail is damaged: its head says ${size} entries, the last one is ${last}.`;
  return new RingmainError("AUDIT_BROKEN", message, {
    hint: "No call can be recorded, so none is made. `ringmain audit verify` says more.",
  });
}

/** Why nothing is appended to a head. */
function notOurs(standing: Extract<HeadStanding, "forged" | "other_key">): RingmainError {
  const forged = standing === "forged";
  const message = forged
    ? "The head of the audit trail was written by another program, not by Ringmain."
    : "The head of the audit trail was authenticated with another key than keys/writer.key.";
  return new RingmainError("AUDIT_BROKEN", message, {
    hint: forged
      ? "No call can be recorded, so none is made. `ringmain audit verify` says which entries nobody vouches for."
      : "Put this workspace's own keys/writer.key back from a backup; without it, see `ringmain audit adopt --help`.",
  });
}

/** The head that this process wrote last; the transaction may have been rolled back since. */
interface WrittenHead {
  size: number;
  frontier: Buffer;
  mac: Buffer;
}

function isSame(
  written: WrittenHead | undefined,
  { size, frontier, mac }: { size: number; frontier: Uint8Array; mac: unknown },
): boolean {
  return (
    written?.size === size &&
    mac instanceof Uint8Array &&
    written.mac.equals(mac) &&
    written.frontier.equals(frontier)
  );
}

/** An entry that is not written yet. */
interface Waiting {
  seq: number;
  draft: EntryDraft;
  body: string;
  leaf: Buffer;
  salt: string;
  payload: Payload;
}

/** 16 random bytes in hex. */
const saltLength = 32;

/** Random bytes are drawn for many salts at once: a draw costs the same for 16 bytes as for 4,096. */
function saltMaker(): () => string {
  let pool = "";
  let used = 0;
  return () => {
    if (used === pool.length) {
      pool = randomBytes(4096).toString("hex");
      used = 0;
    }
    used += saltLength;
    return pool.slice(used - saltLength, used);
  };
}
