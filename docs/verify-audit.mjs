#!/usr/bin/env node
// Verifies exports of a Ringmain audit trail. One file, no dependencies (Node 18 or later), no code shared with Ringmain.
//
//   node verify-audit.mjs trail TRAIL.jsonl [--key KEY] [--checkpoint FILE]...
//   node verify-audit.mjs proof ENTRY.tlog-proof --key KEY
//
// TRAIL.jsonl is what `ringmain audit export` wrote, from the first entry on, with or without --payloads. KEY is the
// notary's key (`ringmain audit checkpoint` shows it) and must come to you by another way than the export. Exit code 0
// when all is well, 1 when something was changed, 2 when it was called wrongly.
//
// Rules: RFC 6962 §2.1 (Merkle tree), https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint,
// https://c2sp.org/tlog-proof. An entry's commitment to its arguments, facts or result is the SHA-256 of
// `label NUL salt NUL text`, in hex.
import { createHash, createPublicKey, verify } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const leafOf = (line) => sha256(Buffer.of(0), line);
const parentOf = (left, right) => sha256(Buffer.of(1), left, right);

/** A tree that grows leaf by leaf: the roots of its complete subtrees, each with its size. */
class Tree {
  subtrees = [];
  size = 0;

  add(leaf) {
    let node = { size: 1, hash: leaf };
    while (this.subtrees.at(-1)?.size === node.size) {
      node = { size: node.size * 2, hash: parentOf(this.subtrees.pop().hash, node.hash) };
    }
    this.subtrees.push(node);
    this.size += 1;
  }

  root() {
    return this.subtrees.map(({ hash }) => hash).reduceRight((right, left) => parentOf(left, right));
  }
}

/** The notary's key: NAME+ID+KEY. */
function readKey(text) {
  const [, name, id, base64] =
    /^([^ +]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ??
    fail(2, "--key is no key of a notary");
  const typed = Buffer.from(base64, "base64");
  const own = sha256(`${name}\n`, typed).subarray(0, 4);
  if (typed.length !== 33 || typed[0] !== 1 || own.toString("hex") !== id) fail(2, "--key is damaged");
  const jwk = { kty: "OKP", crv: "Ed25519", x: typed.subarray(1).toString("base64url") };
  return { name, id: own, key: createPublicKey({ key: jwk, format: "jwk" }) };
}

/** The head that a checkpoint signs; ends the program when the signature is not the notary's. */
function openCheckpoint(note, notary, from) {
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  const signed = note
    .slice(end + 2)
    .split("\n")
    .map((line) => /^\u2014 (\S+) (\S+)$/.exec(line))
    .some((match) => {
      if (match?.[1] !== notary.name) return false;
      const bytes = Buffer.from(match[2], "base64");
      return (
        bytes.subarray(0, 4).equals(notary.id) &&
        verify(null, Buffer.from(text), notary.key, bytes.subarray(4))
      );
    });
  if (end < 0 || !signed) fail(1, `${from}: not signed by ${notary.name}`);
  const [origin, size, root] = text.split("\n");
  if (origin !== notary.name || !/^\d+$/.test(size)) fail(1, `${from}: no checkpoint of this trail`);
  return { from, size: Number(size), root: Buffer.from(root, "base64") };
}

async function verifyTrail(file, notary, checkpoints) {
  const tree = new Tree();
  const faults = [];
  const missing = [];
  const accounted = [];
  let sealed = 0;
  const waiting = [...checkpoints].sort((a, b) => a.size - b.size);
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (text === "") continue;
    const seq = tree.size + 1;
    const fault = (message) => faults.push(`entry ${seq}: ${message}`);
    let line = text;
    let entry;
    try {
      let payload;
      entry = JSON.parse(text);
      if (typeof entry.entry === "string") {
        ({ entry: line, ...payload } = entry);
        entry = JSON.parse(line);
        if (!payload.salt) missing.push(seq);
        else for (const label of labelsOf(entry, payload)) compareCommitment(entry, label, payload, fault);
      }
      if (entry.kind === "erasure" && entry.outcome === "done") accounted.push(...(entry.erased ?? []));
      if (entry.seq !== seq) fault(`the entry in this place says that it is ${entry.seq}`);
    } catch {
      fault("it cannot be read");
    }
    tree.add(leafOf(line));
    for (; waiting[0]?.size === tree.size; waiting.shift()) {
      if (waiting[0].root.equals(tree.root())) sealed = tree.size;
      else
        fault(
          `${waiting[0].from} differs: something in entries ${sealed + 1} to ${tree.size} was changed after it was signed`,
        );
    }
  }
  for (const seq of unaccounted(missing, accounted))
    faults.push(`entry ${seq}: its payload is gone, and no erasure accounts for it`);
  const most = waiting.at(-1);
  if (most !== undefined)
    faults.push(`entry ${tree.size}: ${most.from} covers ${most.size} entries, there are ${tree.size}`);
  for (const fault of faults) console.log(`✗ ${fault}`);
  if (faults.length > 0) fail(1, `${faults.length} faults in ${tree.size} entries`);
  console.log(`✓ ${tree.size} entries, ${missing.length} payloads erased`);
  console.log(`  tree head ${tree.size === 0 ? "of nothing" : tree.root().toString("hex")}`);
  const kind =
    notary === undefined
      ? "no --key and --checkpoint were given, so the whole trail could have been made anew"
      : `sealed up to entry ${sealed}`;
  console.log(`  ${kind}`);
}

/** The entries, in order, that no range names. */
function unaccounted(seqs, ranges) {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  let next = 0;
  let end = 0;
  return seqs.filter((seq) => {
    for (; sorted[next]?.[0] <= seq; next += 1) end = Math.max(end, sorted[next][1]);
    return seq > end;
  });
}

/** Every text that is there, and every one that the entry commits to: arguments, result, … */
function labelsOf(entry, { salt: _, ...texts }) {
  const committed = Object.keys(entry).flatMap((name) => /^(.+)_commitment$/.exec(name)?.[1] ?? []);
  return new Set([...committed, ...Object.keys(texts)]);
}

function compareCommitment(entry, label, payload, fault) {
  const text = payload[label];
  const found = text === undefined ? undefined : sha256(`${label}\0${payload.salt}\0${text}`).toString("hex");
  if (found !== entry[`${label}_commitment`]) fault(`its ${label} differ from what it commits to`);
}

function verifyProof(file, notary) {
  const text = readFileSync(file, "utf8");
  const end = text.indexOf("\n\n");
  const [first, ...lines] = text.slice(0, end).split("\n");
  const extra = /^extra (\S+)$/.exec(lines.shift() ?? "")?.[1];
  const index = Number(/^index (\d+)$/.exec(lines.shift() ?? "")?.[1]);
  if (first !== "c2sp.org/tlog-proof@v1" || extra === undefined || !Number.isInteger(index))
    fail(1, `${file}: no proof`);
  const { size, root } = openCheckpoint(text.slice(end + 2), notary, file);
  const line = Buffer.from(extra, "base64");

  // RFC 9162 §2.1.3.2
  let node = index;
  let last = size - 1;
  let hash = leafOf(line);
  if (index >= size) fail(1, `${file}: the checkpoint does not cover the entry`);
  for (const sibling of lines.map((base64) => Buffer.from(base64, "base64"))) {
    if (last === 0) fail(1, `${file}: the proof is too long`);
    if (node % 2 === 1 || node === last) {
      hash = parentOf(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else hash = parentOf(hash, sibling);
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0 || !hash.equals(root)) fail(1, `${file}: the entry is not in the trail that was signed`);
  console.log(`✓ entry ${index + 1} of ${size} stands in the trail of ${notary.name}:`);
  console.log(line.toString());
}

function fail(code, message) {
  console.error(message);
  process.exit(code);
}

// an unknown option, or a file that is not there: nothing was verified, and nothing found wrong
process.on("uncaughtException", (error) => {
  const isUse = error.syscall !== undefined || String(error.code).startsWith("ERR_PARSE_ARGS");
  fail(2, isUse ? error.message : error.stack);
});

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { key: { type: "string" }, checkpoint: { type: "string", multiple: true, default: [] } },
});
const [what, file] = positionals;
const notary = values.key === undefined ? undefined : readKey(values.key);
if (file === undefined || !["trail", "proof"].includes(what))
  fail(2, "usage: verify-audit.mjs trail|proof FILE [--key KEY] [--checkpoint FILE]...");
if (notary === undefined && (what === "proof" || values.checkpoint.length > 0))
  fail(2, "--key is missing: nothing signed can be trusted without it");
if (what === "proof") verifyProof(file, notary);
else
  await verifyTrail(
    file,
    notary,
    values.checkpoint.map((path) => openCheckpoint(readFileSync(path, "utf8"), notary, path)),
  );
