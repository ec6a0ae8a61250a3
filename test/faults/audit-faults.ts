import type { Edit, Fault } from "./fault.ts";

const pipeline = "src/kit/pipeline.ts";
const append = "src/audit/append.ts";
const verify = "src/audit/verify.ts";
const verifyRecords = "src/audit/verify-records.ts";
const notary = "src/audit/notary.ts";
const erasure = "src/cli/erasure";
const calls = "test/unit/kit/pipeline.test.ts";
const trail = "test/unit/audit/trail.test.ts";
const tampering = "test/unit/audit/tampering.test.ts";
const verifying = "test/unit/audit/verify.test.ts";
const records = "test/unit/audit/verify-records.test.ts";
const erasing = "test/unit/cli/erasure/erase.test.ts";

/** Whoever appends or seals goes on from any head. */
const anyHead: Edit = {
  file: append,
  find: 'if (standing === "forged" || standing === "other_key") throw notOurs(standing);',
  put: "",
};

export const auditFaults: readonly Fault[] = [
  {
    invariant: 22,
    broken: "a call is answered before its commit",
    edits: [
      {
        file: "src/kit/group-commit.ts",
        find: "answers.push(() => unit.resolve(result));",
        put: "unit.resolve(result);",
      },
    ],
    foundBy: { file: "test/unit/kit/group-commit.test.ts", name: "share a transaction" },
  },
  {
    invariant: 22,
    broken: "a call that fails leaves what it did",
    edits: [
      {
        file: pipeline,
        find: "if (attempt.savepoint) control.rollbackToSavepoint();",
        put: "if (attempt.savepoint) control.release();",
      },
    ],
    foundBy: { file: calls, name: "is recorded, leaves no effect" },
  },
  {
    invariant: 22,
    broken: "an entry does not name what its call changed",
    edits: [
      {
        file: "src/kit/execute.ts",
        find: "void attempt.changed.push([table, row, version]),",
        put: "void [table, row, version],",
      },
    ],
    foundBy: { file: calls, name: "commits its effect, its entry and its payload" },
  },
  {
    invariant: 22,
    broken: "an entry has no leaf in the tree",
    edits: [{ file: append, find: "      tree.append(leaf);\n", put: '      tree.append(leafHash(""));\n' }],
    foundBy: { file: verifying, name: "finds nothing in one that nobody touched" },
  },
  {
    invariant: 22,
    broken: "entries of a transaction that was rolled back come back with the next one",
    edits: [
      { file: append, find: "      waiting = []; // of a transaction that was rolled back\n", put: "" },
    ],
    foundBy: { file: trail, name: "forgets what was appended in a transaction that was rolled back" },
  },
  {
    invariant: 23,
    broken: "the writers' code of the head is not checked when the trail is verified",
    edits: [
      {
        file: verify,
        find: 'if (head === "forged" || head === "other_key") atEnd(unvouched(head, sealed, tree.size));',
        put: "",
      },
    ],
    foundBy: { file: tampering, name: "is found out" },
  },
  {
    invariant: 23,
    broken: "the writers' code of the head is not checked by whoever appends",
    edits: [anyHead],
    foundBy: { file: tampering, name: "goes on from no forged head" },
  },
  {
    invariant: 23,
    broken: "the writers' code is that of the size alone",
    edits: [
      {
        file: "src/audit/head-mac.ts",
        find: "hmac(Buffer.from(`tree head\\n${size}\\n`), frontier);",
        put: "hmac(Buffer.from(`tree head\\n${size}\\n`), frontier.subarray(0, 0));",
      },
    ],
    foundBy: { file: "test/unit/audit/head-mac.test.ts", name: "fits one head and one key" },
  },
  {
    invariant: 23,
    broken: "the notary signs a head that others wrote",
    edits: [
      {
        file: notary,
        find: "        requireOurs(seal.check({ size, frontier, writer: row?.writer, mac: row?.mac }));\n",
        put: "",
      },
    ],
    foundBy: { file: tampering, name: "does not sign a trail that" },
  },
  {
    invariant: 23,
    broken: "the notary signs a trail that does not go on from its last checkpoint",
    edits: [
      {
        file: notary,
        find: "if (last !== undefined && !rangeHash(read, 0, covered).equals(last.root))",
        put: "if (last !== undefined && rangeHash(read, 0, covered).length === 0)",
      },
    ],
    foundBy: { file: tampering, name: "does not sign a trail that" },
  },
  {
    invariant: 23,
    broken: "leaves are not compared",
    edits: [
      {
        file: verify,
        find: "if (!(stored.leaf instanceof Uint8Array) || !leaf.equals(stored.leaf))",
        put: "if (!(stored.leaf instanceof Uint8Array))",
      },
    ],
    foundBy: { file: verifying },
  },
  {
    invariant: 23,
    broken: "a gap in the numbers is not seen",
    edits: [{ file: verify, find: "      if (seq !== expected) fault(missing(expected, seq));\n", put: "" }],
    foundBy: { file: verifying },
  },
  {
    invariant: 23,
    broken: "the commitments to payloads are not checked",
    edits: [
      {
        file: verify,
        find: "if (found === entry[`${label}_commitment`]) continue;",
        put: "if (found !== null) continue;",
      },
    ],
    foundBy: { file: tampering, name: "is found out" },
  },
  {
    invariant: 23,
    broken: "the facts that policies saw are committed to by nothing",
    edits: [
      { file: append, find: 'facts_commitment: commitmentTo("facts"),', put: "facts_commitment: undefined," },
      {
        file: verify,
        find: "if (found === entry[`${label}_commitment`]) continue;",
        put: 'if (label === "facts" || found === entry[`${label}_commitment`]) continue;',
      },
    ],
    foundBy: { file: trail, name: "with commitments to what lies beside it" },
  },
  {
    invariant: 23,
    broken: "the columns by which the trail is searched are not compared with its text",
    edits: [
      {
        file: verify,
        find: "if (columns[index++] !== told[name]) fault",
        put: "if (told[name] === columns) fault",
      },
    ],
    foundBy: { file: verifying },
  },
  {
    invariant: 23,
    broken: "the stored subtrees are not compared",
    edits: [
      {
        file: verify,
        find: 'if (!tiles.take(tile)) fault("a stored subtree of the tree is wrong");',
        put: "tiles.take(tile);",
      },
    ],
    foundBy: { file: tampering, name: "a stored subtree that was edited" },
  },
  {
    invariant: 23,
    broken: "the checkpoints are not compared",
    edits: [
      {
        file: "src/audit/compare-checkpoints.ts",
        find: "if (waiting[0].root.equals(tree.root()))",
        put: "if (waiting[0].root.length === tree.root().length)",
      },
    ],
    foundBy: { file: tampering, name: "by the checkpoints alone" },
  },
  {
    invariant: 23,
    broken: "a checkpoint that covers more than there is tells nothing",
    edits: [
      {
        file: "src/audit/compare-checkpoints.ts",
        find: "if (largest > size)",
        put: "if (largest > size && size === 0)",
      },
    ],
    foundBy: { file: tampering, name: "is found out" },
  },
  {
    invariant: 23,
    broken: "the signature of a checkpoint is not checked",
    edits: [
      {
        file: "src/audit/signed-note.ts",
        find: "if (verify(null, Buffer.from(text), verifier.publicKey, bytes.subarray(id.length))) return text;",
        put: "if (verify && bytes.length > id.length) return text;",
      },
    ],
    foundBy: { file: "test/unit/audit/signed-note.test.ts" },
  },
  {
    invariant: 24,
    broken: "the versions of records are not compared",
    edits: [
      {
        file: verifyRecords,
        find: "stored.version !== null && stored.version !== version",
        put: "stored.version !== null && stored.version === undefined",
      },
    ],
    foundBy: { file: records },
  },
  {
    invariant: 24,
    broken: "a record that no entry names is none",
    edits: [
      {
        file: verifyRecords,
        find: "if (!mustBeNamed.has(table) || expected === version) return;",
        put: "if (mustBeNamed.has(table) || expected === version) return;",
      },
    ],
    foundBy: { file: records },
  },
  {
    invariant: 24,
    broken: "a record that was deleted is not missed",
    edits: [
      {
        file: verifyRecords,
        find: "    if (version === 0) return;\n",
        put: "    if (version >= 0) return;\n",
      },
    ],
    foundBy: { file: records },
  },
  {
    invariant: 24,
    broken: "the first entry that names a record counts, not the last",
    edits: [
      {
        file: verifyRecords,
        find: "max(seq * ${mostRows} + row.key) AS place",
        put: "min(seq * ${mostRows} + row.key) AS place",
      },
    ],
    foundBy: { file: records },
  },
  {
    invariant: 25,
    broken: "the payload of an erased call is kept but for its arguments",
    edits: [
      {
        file: "src/audit/payloads.ts",
        find: '"DELETE FROM audit_payload WHERE seq',
        put: "\"UPDATE audit_payload SET salt = '', arguments = NULL WHERE seq",
      },
    ],
    foundBy: { file: erasing, name: "leaves none of what her payloads held" },
  },
  {
    invariant: 25,
    broken: "what was erased stays in the unused parts of the file",
    edits: [{ file: "src/db/wipe-file.ts", find: 'database.exec("VACUUM");\n', put: "" }],
    foundBy: { file: "test/unit/db/wipe-file.test.ts", name: "where secure_delete alone does" },
  },
  {
    invariant: 25,
    broken: "a payload that is gone without an erasure is not missed",
    edits: [{ file: verify, find: "            ledger.missing(seq);\n", put: "" }],
    foundBy: { file: verifying, name: "finds a payload that is gone without an erasure" },
  },
  {
    invariant: 25,
    broken: "a payload that was erased and is back is not seen",
    edits: [
      {
        file: "src/audit/erasure-ledger.ts",
        find: "for (const range of withoutRanges(there, missing))",
        put: "for (const range of withoutRanges(there, there))",
      },
    ],
    foundBy: { file: "test/unit/audit/erasure-ledger.test.ts" },
  },
  {
    invariant: 25,
    broken: "what a person was shown to decide is kept",
    edits: [
      {
        file: `${erasure}/copies.ts`,
        find: "return [runs, approvals, ...messages].filter",
        put: "return [runs, ...messages].filter",
      },
    ],
    foundBy: { file: erasing, name: "in what people were shown to decide" },
  },
  {
    invariant: 25,
    broken: "what a run needs that has not ended is erased",
    edits: [
      {
        file: `${erasure}/erase-batches.ts`,
        find: "erase(batch.filter((seq) => !needed.has(seq)));",
        put: "erase(batch.filter((seq) => needed.size >= 0 && seq > 0));",
      },
    ],
    foundBy: { file: erasing, name: "and that began after the search stays" },
  },
];
