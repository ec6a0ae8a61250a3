import { nodeHash } from "./merkle.ts";

// Proofs over a Merkle tree as RFC 6962 §2.1 defines them, over any source of the hashes of complete subtrees.

/** Gives the hash of the complete subtree over 2^height leaves, the `number`-th of that height. */
export type NodeReader = (height: number, number: number) => Buffer;

/** The tree hash over the leaves from `start` up to `end`, exclusive; there must be one. */
export function rangeHash(read: NodeReader, start: number, end: number): Buffer {
  const count = end - start;
  const height = Math.floor(Math.log2(count));
  const left = 2 ** height;
  if (count === left) return read(height, start / left);
  return nodeHash(read(height, start / left), rangeHash(read, start + left, end));
}

/** The hashes that lead from leaf `index` (from 0) to the root over `size` leaves (RFC 6962 §2.1.1). */
export function inclusionProof(read: NodeReader, index: number, size: number, start = 0): Buffer[] {
  if (size <= 1) return [];
  const left = largestPowerBelow(size);
  const middle = start + left;
  return index < middle
    ? [...inclusionProof(read, index, left, start), rangeHash(read, middle, start + size)]
    : [...inclusionProof(read, index, size - left, middle), rangeHash(read, start, middle)];
}

/** The root over `size` leaves to which a proof leads from a leaf, or undefined when it has not that many hashes. */
export function rootOfInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
): Buffer | undefined {
  if (index < 0 || index >= size) return undefined;
  if (size === 1) return proof.length === 0 ? leaf : undefined;
  const last = proof.at(-1);
  if (last === undefined) return undefined;
  const rest = proof.slice(0, -1);
  const left = largestPowerBelow(size);
  if (index < left) {
    const inner = rootOfInclusion(leaf, index, left, rest);
    return inner && nodeHash(inner, last);
  }
  const inner = rootOfInclusion(leaf, index - left, size - left, rest);
  return inner && nodeHash(last, inner);
}

function largestPowerBelow(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1);
}
