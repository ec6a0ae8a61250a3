import { createPublicKey, generateKeyPairSync } from "node:crypto";
// The public API checks whole Sigstore bundles, whose entries are of Rekor's own kinds. Ours are not, so this is the
// function with which it checks the proof and the checkpoint of any entry.
import { verifyTLogInclusion } from "@sigstore/verify/dist/tlog/index.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkpointText } from "../../../src/audit/checkpoint.ts";
import { notaryOf } from "../../../src/audit/notary.ts";
import { inclusionProof, rangeHash } from "../../../src/audit/proof.ts";
import { signNote, verifierText } from "../../../src/audit/signed-note.ts";
import { createTreeReader } from "../../../src/audit/tree-reader.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const notary = notaryOf(createPublicKey(privateKey));
const entries = 600; // more than two tiles

/** The notary, as Sigstore knows a log: four bytes of its id are in each signature. */
const keyId = Buffer.concat([Buffer.from(verifierText(notary).split("+")[1] ?? "", "hex"), Buffer.alloc(28)]);
const log = {
  logID: keyId,
  publicKey: notary.publicKey,
  baseURL: notary.name,
  validFor: { start: new Date(0), end: new Date(8.64e15) },
};

interface Proof {
  index: number;
  body: string;
  hashes: readonly Buffer[];
  note: string;
}

/** Whether Sigstore's verifier accepts that an entry stands in the tree that a checkpoint signs. */
function sigstoreAccepts({ index, body, hashes, note }: Proof): boolean {
  const logIndex = String(index);
  const entry = {
    logIndex,
    logId: { keyId },
    kindVersion: { kind: "entry", version: "1" },
    integratedTime: "0",
    inclusionPromise: undefined,
    // root and size of the proof are not looked at: those of the checkpoint count
    inclusionProof: {
      logIndex,
      rootHash: Buffer.alloc(0),
      treeSize: "0",
      hashes: [...hashes],
      checkpoint: { envelope: note },
    },
    canonicalizedBody: Buffer.from(body),
  };
  try {
    verifyTLogInclusion(entry, [log]);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "TLOG_INCLUSION_PROOF_ERROR" });
    return false;
  }
}

describe("Sigstore's verifier and Ringmain agree about the trail", () => {
  it("on every proof, and on none that is another entry's, another tree's or another key's", async () => {
    using trail = await temporaryTrail();
    await trail.append(...Array.from({ length: entries }, (_, index) => ({ step: `step ${index}` })));
    const bodies = trail.database
      .prepare("SELECT body FROM audit_entry ORDER BY seq")
      .all()
      .map(({ body }) => String(body));
    const read = createTreeReader(trail.database);
    const noteOver = (size: number, key = privateKey) =>
      signNote(checkpointText({ origin: notary.name, size, root: rangeHash(read, 0, size) }), {
        name: notary.name,
        privateKey: key,
      });
    const other = generateKeyPairSync("ed25519").privateKey;
    const place = fc
      .integer({ min: 2, max: entries })
      .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat({ max: size - 1 }) }));
    fc.assert(
      fc.property(place, fc.nat(), ({ size, index }, some) => {
        const hashes = inclusionProof(read, index, size);
        const good = { index, body: bodies[index] ?? "", hashes, note: noteOver(size) };
        expect(sigstoreAccepts(good)).toBe(true);
        expect(sigstoreAccepts({ ...good, index: (index + 1) % size })).toBe(false);
        expect(sigstoreAccepts({ ...good, body: good.body.replace("agent:writer", "agent:reader") })).toBe(
          false,
        );
        expect(sigstoreAccepts({ ...good, hashes: hashes.slice(1) })).toBe(false);
        const wrong = hashes.map((hash, at) => (at === some % hashes.length ? Buffer.alloc(32) : hash));
        expect(sigstoreAccepts({ ...good, hashes: wrong })).toBe(false);
        expect(sigstoreAccepts({ ...good, note: noteOver(size, other) })).toBe(false);
        const forged = good.note.replace(`\n${size}\n`, `\n${size + 1}\n`);
        expect(sigstoreAccepts({ ...good, note: forged })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
