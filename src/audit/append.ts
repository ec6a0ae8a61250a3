import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { commit } from "./commitment.ts";
import { type Entry, type EntryDraft, entryText } from "./entry.ts";
import { Frontier, leafHash } from "./merkle.ts";

/** The arguments and the result of a call, as canonical JSON. */
export interface Payload {
  arguments?: string | undefined;
  result?: string | undefined;
}

/** Appends entries to the trail, inside transactions that the caller opens with BEGIN IMMEDIATE and commits. */
export interface Appender {
  /** Reads the tree head. Call it at the start of every transaction: another process may have appended. */
  load(): void;
  /** Writes one entry and its payload. Returns its sequence number. */
  append(draft: EntryDraft, payload?: Payload): number;
  /** Writes the tree head. Call it before every commit. */
  store(): void;
}

/** Prepares an appender on a connection. */
export function createAppender(database: DatabaseSync): Appender {
  const readTree = database.prepare("SELECT size, frontier FROM audit_tree WHERE id = 1");
  const writeTree = database.prepare("UPDATE audit_tree SET size = ?, root = ?, frontier = ? WHERE id = 1");
  const insertEntry = database.prepare("INSERT INTO audit_entry (seq, body, leaf) VALUES (?, ?, ?)");
  const insertPayload = database.prepare(
    "INSERT INTO audit_payload (seq, salt, arguments, result) VALUES (?, ?, ?, ?)",
  );
  const nextSalt = saltMaker();
  let tree = new Frontier();

  return {
    load() {
      const row = readTree.get();
      if (row === undefined || !(row.frontier instanceof Uint8Array))
        throw new Error("the audit tree has no head");
      tree = Frontier.fromBytes(Number(row.size), row.frontier);
    },
    append(draft, payload = {}) {
      const salt = nextSalt();
      const entry: Entry = { v: 1, seq: tree.size + 1, ...draft };
      if (payload.arguments !== undefined)
        entry.arguments_commitment = commit("arguments", salt, payload.arguments);
      if (payload.result !== undefined) entry.result_commitment = commit("result", salt, payload.result);
      const body = entryText(entry);
      const leaf = leafHash(body);
      insertEntry.run(entry.seq, body, leaf);
      insertPayload.run(entry.seq, salt, payload.arguments ?? null, payload.result ?? null);
      tree.append(leaf);
      return entry.seq;
    },
    store: () => void writeTree.run(tree.size, tree.root(), tree.toBytes()),
  };
}

/** Random bytes are drawn for many salts at once: a draw costs the same for 16 bytes as for 4,096. */
function saltMaker(): () => Uint8Array {
  let pool = randomBytes(4096);
  let used = 0;
  return () => {
    if (used === pool.length) {
      pool = randomBytes(pool.length);
      used = 0;
    }
    used += 16;
    return pool.subarray(used - 16, used);
  };
}
