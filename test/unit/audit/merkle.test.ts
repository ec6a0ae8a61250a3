import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyRoot, Frontier, leafHash } from "../../../src/audit/merkle.ts";

const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();

/** RFC 6962 §2.1, word for word: split at the largest power of two below n. */
function merkleTreeHash(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha256(Buffer.alloc(0));
  if (leaves.length === 1) return sha256(Buffer.from([0]), first);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(
    Buffer.from([1]),
    merkleTreeHash(leaves.slice(0, split)),
    merkleTreeHash(leaves.slice(split)),
  );
}

describe("the Merkle tree", () => {
  it("has the root that RFC 6962 defines, at every size, also when taken up from its stored frontier", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 70 }), fc.nat(70), (data, cut) => {
        const leaves = data.map((bytes) => Buffer.from(bytes));
        let tree = new Frontier();
        leaves.forEach((leaf, index) => {
          if (index === cut) tree = Frontier.fromBytes(tree.size, tree.toBytes());
          tree.append(leafHash(leaf));
        });
        expect(tree.size).toBe(leaves.length);
        expect(tree.root()).toEqual(merkleTreeHash(leaves));
      }),
    );
  });

  it("has the hash of nothing as the root of an empty tree", () => {
    expect(emptyRoot.toString("hex")).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    expect(new Frontier().root()).toEqual(emptyRoot);
  });

  it("gives the roots of the test vectors of Certificate Transparency", () => {
    const leaves = [
      "",
      "00",
      "10",
      "2021",
      "3031",
      "40414243",
      "5051525354555657",
      "606162636465666768696a6b6c6d6e6f",
    ];
    const tree = new Frontier();
    for (const leaf of leaves) tree.append(leafHash(Buffer.from(leaf, "hex")));
    expect(tree.root().toString("hex")).toBe(
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    );
  });
});
