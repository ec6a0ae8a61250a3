import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import { type CommitmentLabel, commit } from "./commitment.ts";
import { type EntryDraft, entryText } from "./entry.ts";
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
   * Reads the tree head, and returns how many entries there are. Call it at the start of every transaction: another
   * process may have appended. Throws AUDIT_BROKEN when the trail does not end where its head says.
   */
  load(): number;
  /** Takes one entry and its payload. Returns its sequence number. */
  append(draft: EntryDraft, payload?: Payload): number;
  /** Writes the entries taken so far. Call it before the trail is read in the same transaction. */
  flush(): void;
  /** Writes the entries and the tree head. Call it before every commit. */
  store(): void;
}

/** Prepares an appender on a connection. */
export function createAppender(database: DatabaseSync): Appender {
  const readTree = database.prepare(
    "SELECT size, frontier, (SELECT max(seq) FROM audit_entry) AS last FROM audit_tree WHERE id = 1",
  );
  const writeTree = database.prepare("UPDATE audit_tree SET size = ?, root = ?, frontier = ? WHERE id = 1");
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
      if (row.size !== (row.last ?? 0)) throw cutOff(Number(row.size), Number(row.last));
      tree = Frontier.fromBytes(Number(row.size), row.frontier);
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
      writeTree.run(tree.size, tree.root(), tree.toBytes());
    },
  };
}

function cutOff(size: number, last: number): RingmainError {
  const message = `The audit trail is damaged: its head says ${size} entries, the last one is ${last}.`;
  return new RingmainError("AUDIT_BROKEN", message, {
    hint: "No call can be recorded, so none is made. `ringmain audit verify` says more.",
  });
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
