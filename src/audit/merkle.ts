import { hash } from "node:crypto";
import { RingmainError } from "../core/errors.ts";

/** Hashes of RFC 6962 §2.1: a leaf and an inner node can never be mistaken for each other. */
const leafPrefix = Buffer.from([0]);
const nodePrefix = 1;
const hashBytes = 32;

function sha256(data: string | Uint8Array): Buffer {
  // by way of a text of 32 characters, which takes half as long as a buffer of its own
  return Buffer.from(hash("sha256", data, "binary"), "binary");
}

/** The hash of one leaf: SHA-256(0x00 || data). The data of a text is its UTF-8. */
export function leafHash(data: string | Uint8Array): Buffer {
  if (typeof data === "string") return sha256(`\0${data}`); // U+0000 is the byte 0, and nothing is copied
  return sha256(Buffer.concat([leafPrefix, data]));
}

/** What an inner node's hash is over; filled anew for each. */
const node = new Uint8Array(1 + 2 * hashBytes).fill(nodePrefix, 0, 1);

/** The hash of an inner node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 1 + hashBytes);
  return sha256(node);
}

/** The root of a tree without leaves (RFC 6962 §2.1): the hash of nothing. */
export const emptyRoot: Buffer = sha256(Buffer.alloc(0));

/**
 * The root of every subtree over 2^8, 2^16, … leaves is stored, so that a proof reads some hundred hashes however many
 * entries there are (the tiles of https://c2sp.org/tlog-tiles, of which only the roots are kept).
 */
export const tileHeight = 8;

/** The root of a complete subtree over 2^height leaves, the `number`-th of that height, counted from 0. */
export interface Tile {
  height: number;
  number: number;
  hash: Buffer;
}

/**
 * The right edge of a Merkle tree: the roots of its complete subtrees, largest first. It is all one needs to
 * append (at most 64 hashes), and it folds to the tree's root.
 */
export class Frontier {
  #size: number;
  readonly #roots: Buffer[];
  #tiles: Tile[] = [];

  constructor(size = 0, roots: readonly Buffer[] = []) {
    this.#size = size;
    this.#roots = [...roots];
  }

  /** The number of leaves. */
  get size(): number {
    return this.#size;
  }

  append(leaf: Buffer): void {
    let node = leaf;
    let height = 0;
    // each trailing 1 bit of the size is a complete subtree that the new leaf completes into a larger one
    for (let bits = this.#size; bits % 2 === 1; bits = Math.floor(bits / 2)) {
      const left = this.#roots.pop();
      if (left !== undefined) node = nodeHash(left, node);
      height += 1;
      if (height % tileHeight === 0) this.#tiles.push({ height, number: Math.floor(bits / 2), hash: node });
    }
    this.#roots.push(node);
    this.#size += 1;
  }

  /** The tiles that were completed since the last time, to be stored. */
  takeTiles(): Tile[] {
    const tiles = this.#tiles;
    if (tiles.length > 0) this.#tiles = [];
    return tiles;
  }

  /** The Merkle tree hash of all leaves so far (RFC 6962 §2.1). */
  root(): Buffer {
    let root: Buffer | undefined;
    for (const subtree of this.#roots.toReversed())
      root = root === undefined ? subtree : nodeHash(subtree, root);
    return root ?? emptyRoot;
  }

  /** The subtree roots one after another, 32 bytes each. */
  toBytes(): Buffer {
    return Buffer.concat(this.#roots);
  }

  /** Throws AUDIT_BROKEN when the bytes cannot be the right edge of a tree of that size. */
  static fromBytes(size: number, bytes: Uint8Array): Frontier {
    const roots: Buffer[] = [];
    for (let offset = 0; offset < bytes.length; offset += 32)
      roots.push(Buffer.from(bytes.subarray(offset, offset + 32)));
    const subtrees = size.toString(2).replaceAll("0", "").length;
    if (bytes.length !== subtrees * 32) {
      throw new RingmainError("AUDIT_BROKEN", "The head of the audit tree is damaged.", {
        hint: "No call can be recorded, so none is made. Run `ringmain audit verify`.",
      });
    }
    return new Frontier(size, roots);
  }
}
