import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Frontier, leafHash, nodeHash } from "../../../src/audit/merkle.ts";
import { inclusionProof, type NodeReader, rangeHash, rootOfInclusion } from "../../../src/audit/proof.ts";
import { createTreeReader } from "../../../src/audit/tree-reader.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const leaves = Array.from({ length: 300 }, (_, index) => leafHash(`leaf ${index}`));

const readLeaves: NodeReader = (height, number) => {
  const leaf = leaves[number];
  if (height > 0) return nodeHash(readLeaves(height - 1, 2 * number), readLeaves(height - 1, 2 * number + 1));
  if (leaf === undefined) throw new Error(`there is no leaf ${number}`);
  return leaf;
};

function rootOver(size: number): Buffer {
  const tree = new Frontier();
  for (const leaf of leaves.slice(0, size)) tree.append(leaf);
  return tree.root();
}

const place = fc
  .integer({ min: 1, max: leaves.length })
  .chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)));

describe("a proof that a leaf is in a tree", () => {
  it("leads from every leaf to the root, at every size", () => {
    fc.assert(
      fc.property(place, ([index, size]) => {
        const proof = inclusionProof(readLeaves, index, size);
        expect(rootOfInclusion(readLeaves(0, index), index, size, proof)).toEqual(rootOver(size));
        expect(rangeHash(readLeaves, 0, size)).toEqual(rootOver(size));
      }),
    );
  });

  it("leads nowhere else: not for another leaf, another place, another size, or with a hash more or less", () => {
    fc.assert(
      fc.property(place, fc.nat(299), ([index, size], other) => {
        const proof = inclusionProof(readLeaves, index, size);
        const root = rootOver(size);
        const leaf = readLeaves(0, index);
        if (other !== index)
          expect(rootOfInclusion(readLeaves(0, other), index, size, proof)).not.toEqual(root);
        if (other !== index) expect(rootOfInclusion(leaf, other, size, proof)).not.toEqual(root);
        expect(rootOfInclusion(leaf, index, size, [...proof, leaf])).not.toEqual(root);
        if (proof.length > 0) expect(rootOfInclusion(leaf, index, size, proof.slice(1))).not.toEqual(root);
      }),
    );
  });
});

it("the stored leaves and tiles give the same tree, whatever transactions they were written in", async () => {
  using trail = await temporaryTrail();
  for (const count of [1, 254, 3, 300, 17]) await trail.append(...Array.from({ length: count }, () => ({})));
  const read = createTreeReader(trail.database);
  const bodies = trail.database.prepare("SELECT body FROM audit_entry ORDER BY seq").all();
  const tree = new Frontier();
  for (const { body } of bodies) {
    tree.append(leafHash(String(body)));
    expect(rangeHash(read, 0, tree.size)).toEqual(tree.root());
  }
  expect(trail.database.prepare("SELECT count(*) AS n FROM audit_tile").get()).toEqual({ n: 2 });
  const entry = String(bodies[499]?.body);
  const proof = inclusionProof(read, 499, tree.size);
  expect(rootOfInclusion(leafHash(entry), 499, tree.size, proof)).toEqual(tree.root());
});
