import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Checkpoint } from "./checkpoint.ts";
import { type CommitmentLabel, commit } from "./commitment.ts";
import { compareCheckpoints } from "./compare-checkpoints.ts";
import { type Entry, entrySchema } from "./entry.ts";
import { createErasureLedger } from "./erasure-ledger.ts";
import { Frontier, leafHash } from "./merkle.ts";
import { searchColumns } from "./search-columns.ts";
import { storedTiles } from "./stored-tiles.ts";

/** What `verifyTrail` found. */
export interface Verification {
  entries: number;
  /** The Merkle tree hash over all entries (RFC 6962 §2.1), in hex. */
  root: string;
  /** Payloads that were erased; their entries still verify. */
  erased: number;
  /** How many entries, from the first on, the newest checkpoint that agrees covers. */
  sealed: number;
  faults: { seq: number; message: string }[];
}

interface VerifyOptions {
  /** Checkpoints whose signatures were checked. */
  checkpoints?: readonly Checkpoint[];
  /** Told now and then how many entries were read. */
  progress?: (entries: number) => void;
}

/**
 * Recomputes everything that can be recomputed: the place and the leaf hash of each entry, the tree over them,
 * the stored tree head and tiles, the columns beside each entry, and the commitments to the payloads; compares the
 * tree with the checkpoints, and the payloads that are gone with the erasures. Reads in one consistent snapshot.
 */
export function verifyTrail(database: DatabaseSync, options: VerifyOptions = {}): Verification {
  database.exec("BEGIN");
  try {
    return verifySnapshot(database, options);
  } finally {
    database.exec("COMMIT");
  }
}

function verifySnapshot(
  database: DatabaseSync,
  { checkpoints = [], progress = () => {} }: VerifyOptions,
): Verification {
  const faults: Verification["faults"] = [];
  const againstCheckpoints = compareCheckpoints(checkpoints);
  const tiles = storedTiles(database);
  const tree = new Frontier();
  const ledger = createErasureLedger();
  let erased = 0;
  let expected = 1;
  const rows = database
    .prepare(
      `SELECT e.*, p.salt, p.arguments, p.facts, p.result FROM audit_entry e
       LEFT JOIN audit_payload p ON p.seq = e.seq ORDER BY e.seq`,
    )
    .iterate();
  for (const row of rows) {
    const seq = Number(row.seq);
    const body = String(row.body);
    const leaf = leafHash(body);
    const fault = (message: string) => void faults.push({ seq, message });

    if (seq !== expected) fault(missing(expected, seq));
    expected = seq + 1;
    if (!(row.leaf instanceof Uint8Array) || !leaf.equals(row.leaf))
      fault("the entry differs from its leaf hash");
    const entry = parse(body);
    if (entry === undefined || entry.seq !== seq) {
      fault("the entry is not one that Ringmain wrote in this place");
    } else {
      for (const message of faultsBeside(entry, row)) fault(message);
      if (typeof row.salt !== "string") {
        erased += 1;
        ledger.missing(seq);
      }
      ledger.account(entry);
    }
    tree.append(leaf);
    for (const tile of tree.takeTiles())
      if (!tiles.take(tile)) fault("a stored subtree of the tree is wrong");
    for (const message of againstCheckpoints.at(tree)) fault(message);
    if (tree.size % 10_000 === 0) progress(tree.size);
  }

  const root = tree.root().toString("hex");
  const head = database.prepare("SELECT size, root, frontier FROM audit_tree WHERE id = 1").get();
  const stored = head?.root instanceof Uint8Array ? Buffer.from(head.root).toString("hex") : "none";
  if (Number(head?.size ?? -1) !== tree.size) {
    faults.push({
      seq: tree.size,
      message: `the tree head says ${head?.size ?? "nothing"} entries, there are ${tree.size}`,
    });
  } else if (stored !== root) {
    faults.push({ seq: tree.size, message: `the tree head is ${stored}, the entries give ${root}` });
  } else if (!(head?.frontier instanceof Uint8Array && tree.toBytes().equals(head.frontier))) {
    faults.push({ seq: tree.size, message: "the tree head's subtrees differ from those of the entries" });
  }
  if (tiles.left() > 0)
    faults.push({ seq: tree.size, message: "there are subtrees of entries that are not there" });
  for (const message of againstCheckpoints.beyond(tree.size)) faults.push({ seq: tree.size, message });
  faults.push(...ledger.faults());
  return { entries: tree.size, root, erased, sealed: againstCheckpoints.sealed(), faults };
}

/** What stands beside an entry's text and differs from what the text says: its columns and its payload. */
function* faultsBeside(entry: Entry, row: Record<string, SQLOutputValue>): Generator<string> {
  for (const [name, value] of Object.entries(searchColumns(entry)))
    if (row[name] !== value) yield `the column ${name} differs from the entry`;
  const { salt } = row;
  if (typeof salt !== "string") return;
  const holds = (label: CommitmentLabel, commitment: string | undefined) =>
    row[label] === null ? commitment === undefined : commit(label, salt, String(row[label])) === commitment;
  if (!holds("arguments", entry.arguments_commitment)) yield "the arguments differ from their commitment";
  if (!holds("facts", entry.facts_commitment)) yield "the facts differ from their commitment";
  if (!holds("result", entry.result_commitment)) yield "the result differs from its commitment";
}

function missing(expected: number, next: number): string {
  if (next < expected) return `the entry stands where entry ${expected} should`;
  const last = next - 1;
  return last === expected ? `entry ${expected} is missing` : `entries ${expected} to ${last} are missing`;
}

function parse(body: string) {
  try {
    return entrySchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
