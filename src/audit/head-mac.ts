import { hash, type KeyObject, timingSafeEqual } from "node:crypto";

/** The head of the tree as a commit stores it. */
export interface StoredHead {
  size: number;
  /** The roots of the complete subtrees (`Frontier.toBytes`), of which the root of the tree follows. */
  frontier: Uint8Array;
}

/** What the check of a stored head gave. `none`: there is no entry yet, and nothing to authenticate. */
export type HeadStanding = "authentic" | "forged" | "other_key" | "none";

/** Authenticates the heads of a trail with a secret of the workspace's processes, which is not in the database. */
export interface HeadSeal {
  /** Names the key without giving it away: it tells a forged head from one of a key that was replaced. */
  writer: string;
  /** The message authentication code of a head: its size and subtrees fix every entry and the order of all. */
  mac(head: StoredHead): Buffer;
  /** Whether somebody with the key wrote a head. */
  check(head: StoredHead & { writer: unknown; mac: unknown }): HeadStanding;
  /** The same for a text, which no head can be mistaken for. */
  macOfText(text: string): Buffer;
  checkText(stored: { text: string; writer: unknown; mac: unknown }): HeadStanding;
}

/** The length of what SHA-256 works on at once, in bytes. */
const blockBytes = 64;

/**
 * HMAC-SHA-256 (RFC 2104), put together from two hashes: `createHmac` costs a call 25 µs more, for the same bytes
 * (docs/decisions/0014).
 */
export function createHeadSeal(writerKey: KeyObject): HeadSeal {
  const secret = Buffer.alloc(blockBytes);
  writerKey.export().copy(secret); // 32 bytes: never longer than a block
  const inner = secret.map((byte) => byte ^ 0x36);
  const outer = secret.map((byte) => byte ^ 0x5c);
  const sha256 = (...parts: Uint8Array[]) =>
    Buffer.from(hash("sha256", Buffer.concat(parts), "binary"), "binary");
  const hmac = (...parts: Uint8Array[]) => sha256(outer, sha256(inner, ...parts));
  const mac = ({ size, frontier }: StoredHead) => hmac(Buffer.from(`tree head\n${size}\n`), frontier);
  const writer = hmac(Buffer.from("writer\n")).toString("hex").slice(0, 16);
  const macOfText = (text: string) => hmac(Buffer.from(`text\n${text}`));
  const compare = (stored: { writer: unknown; mac: unknown }, expected: Buffer): HeadStanding => {
    const found = stored.mac;
    if (found instanceof Uint8Array && found.length === expected.length && timingSafeEqual(found, expected))
      return "authentic";
    return stored.writer === writer ? "forged" : "other_key";
  };

  return {
    writer,
    mac,
    check: (head) => (head.size === 0 ? "none" : compare(head, mac(head))),
    macOfText,
    checkText: (stored) => compare(stored, macOfText(stored.text)),
  };
}
