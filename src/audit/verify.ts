import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { z } from "zod";
import type { Checkpoint } from "./checkpoint.ts";
import { commit, commitmentLabels } from "./commitment.ts";
import { compareCheckpoints } from "./compare-checkpoints.ts";
import { entrySchema } from "./entry.ts";
import { entryPages, type StoredEntry } from "./entry-pages.ts";
import { createErasureLedger } from "./erasure-ledger.ts";
import { createHeadSeal, type HeadStanding } from "./head-mac.ts";
import { Frontier, leafHash } from "./merkle.ts";
import { searchColumns, searchedBy } from "./search-columns.ts";
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
  /** Whether a process of this workspace wrote the tree head; `unchecked` without the key. */
  head: HeadStanding | "unchecked";
  faults: Fault[];
}

export interface Fault {
  /** The entry at which it was found. */
  seq: number;
  message: string;
}

interface VerifyOptions {
  /** Checkpoints whose signatures were checked. */
  checkpoints?: readonly Checkpoint[];
  /** Authenticates the heads of the trail (`head-mac.ts`). Without it, nobody can say who wrote the last head. */
  writerKey?: KeyObject | undefined;
  /** `false`: the leaves and the tree over them alone, not what the entries say nor what stands beside them. */
  payloads?: boolean;
  /** Told now and then how many entries were read. */
  progress?: (entries: number) => void;
}

/**
 * Recomputes everything that can be recomputed: the place and the leaf hash of each entry, the tree over them,
 * the stored tree head and tiles, the columns beside each entry, and the commitments to the payloads; compares the
 * tree with the checkpoints and its head with the writers' key, and the payloads that are gone with the erasures. Reads
 * in one consistent snapshot.
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
  { checkpoints = [], writerKey, payloads = true, progress = () => {} }: VerifyOptions,
): Verification {
  const faults: Fault[] = [];
  const againstCheckpoints = compareCheckpoints(checkpoints);
  const tiles = storedTiles(database);
  const tree = new Frontier();
  const ledger = createErasureLedger();
  let erased = 0;
  let expected = 1;
  const pages = entryPages(
    database,
    payloads ? { columns: searchedBy, labels: commitmentLabels } : { columns: [], labels: [] },
  );
  let seq = 0;
  const fault = (message: string) => void faults.push({ seq, message });
  for (const page of pages) {
    for (const stored of page) {
      const { body } = stored;
      seq = stored.seq;
      const leaf = leafHash(body);
      if (seq !== expected) fault(missing(expected, seq));
      expected = seq + 1;
      if (!(stored.leaf instanceof Uint8Array) || !leaf.equals(stored.leaf))
        fault("the entry differs from its leaf hash");
      if (!payloads) {
        if (!body.includes(`,"seq":${seq},`)) fault(notOfThisPlace);
      } else {
        const entry = parse(body);
        if (entry === undefined || entry.seq !== seq) fault(notOfThisPlace);
        else {
          compareBeside(entry, stored, fault);
          if (stored.payload === undefined) {
            erased += 1;
            ledger.missing(seq);
          }
          ledger.account(entry);
        }
      }
      tree.append(leaf);
      for (const tile of tree.takeTiles())
        if (!tiles.take(tile)) fault("a stored subtree of the tree is wrong");
      for (const message of againstCheckpoints.at(tree)) fault(message);
    }
    progress(tree.size);
  }

  const atEnd = (message: string) => void faults.push({ seq: tree.size, message });
  const head = compareHead(database, tree, writerKey, atEnd);
  if (tiles.left() > 0) atEnd("there are subtrees of entries that are not there");
  for (const message of againstCheckpoints.beyond(tree.size)) atEnd(message);
  faults.push(...ledger.faults());
  const sealed = againstCheckpoints.sealed();
  if (head === "forged" || head === "other_key") atEnd(unvouched(head, sealed, tree.size));
  return { entries: tree.size, root: tree.root().toString("hex"), erased, sealed, head, faults };
}

/** Holds the stored tree head against the tree, and against the key of those who may write it. */
function compareHead(
  database: DatabaseSync,
  tree: Frontier,
  writerKey: KeyObject | undefined,
  fault: (message: string) => void,
): Verification["head"] {
  const row = database.prepare("SELECT size, frontier, writer, mac FROM audit_tree WHERE id = 1").get();
  const size = Number(row?.size ?? -1);
  const frontier = row?.frontier instanceof Uint8Array ? row.frontier : Buffer.alloc(0);
  if (size !== tree.size) {
    fault(`the tree head says ${row?.size ?? "nothing"} entries, there are ${tree.size}`);
  } else if (!tree.toBytes().equals(frontier)) {
    fault("the subtrees in the tree head differ from those that the entries give");
  }
  if (writerKey === undefined) return "unchecked";
  return createHeadSeal(writerKey).check({ size, frontier, writer: row?.writer, mac: row?.mac });
}

/** Holds what stands beside an entry's text, its columns and its payload, against what the text says. */
function compareBeside(
  entry: z.infer<typeof lookedAt>,
  { columns, payload }: StoredEntry,
  fault: (message: string) => void,
): void {
  const told = searchColumns(entry);
  let index = 0;
  for (const name of searchedBy)
    if (columns[index++] !== told[name]) fault(`the column ${name} differs from the entry`);
  if (payload === undefined) return;
  index = 0;
  for (const label of commitmentLabels) {
    const text = payload.texts[index++] ?? null;
    const found = text === null ? undefined : commit(label, payload.salt, String(text));
    if (found === entry[`${label}_commitment`]) continue;
    fault(`the ${label} ${label.endsWith("s") ? "differ from their" : "differs from its"} commitment`);
  }
}

const notOfThisPlace = "the entry is not one that Ringmain wrote in this place";

function missing(expected: number, next: number): string {
  if (next < expected) return `the entry stands where entry ${expected} should`;
  const last = next - 1;
  return last === expected ? `entry ${expected} is missing` : `entries ${expected} to ${last} are missing`;
}

/** What a head means that Ringmain did not write, or not with this key. */
function unvouched(head: "forged" | "other_key", sealed: number, size: number): string {
  const which = sealed + 1 >= size ? `entry ${size}` : `the entries ${sealed + 1} to ${size}`;
  return head === "forged"
    ? `the tree head was written by another program than Ringmain: nobody vouches for ${which}`
    : `the tree head was authenticated with another key than keys/writer.key: nobody vouches for ${which} here`;
}

/**
 * What of an entry is looked at here. Who reads entries checks the rest of their form, and nobody can change it unseen:
 * to check it here too would take a quarter of all the time.
 */
const lookedAt = entrySchema.pick({
  v: true,
  seq: true,
  kind: true,
  principal: true,
  tool: true,
  outcome: true,
  run: true,
  key: true,
  once: true,
  erased: true,
  arguments_commitment: true,
  facts_commitment: true,
  result_commitment: true,
});

function parse(body: string): z.infer<typeof lookedAt> | undefined {
  try {
    return lookedAt.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
