import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openNote, parseVerifier, signNote, verifierText } from "../../../src/audit/signed-note.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const signer = { name: "ring.example/trail", privateKey };
const verifier = { name: signer.name, publicKey };
const broken = expect.objectContaining({ code: "AUDIT_BROKEN" });

describe("a signed note", () => {
  it("of another implementation is opened (the example of golang.org/x/mod/sumdb/note)", () => {
    const known = parseVerifier("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    const text = [
      "If you think cryptography is the answer to your problem,",
      "then you don't know what your problem is.",
      "",
    ].join("\n");
    const signature =
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    expect(openNote(`${text}\n— PeterNeumann ${signature}\n`, known)).toBe(text);
  });

  it("gives its text back to whoever has the key, which fits on a line", () => {
    const line = fc.string({ unit: "grapheme", minLength: 1 }).filter((value) => !/\p{Cc}/u.test(value));
    const text = line.map((value) => `${value}\n`);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (lines) => {
        const note = signNote(lines.join(""), signer);
        expect(openNote(note, parseVerifier(verifierText(verifier)))).toBe(lines.join(""));
      }),
    );
  });

  it("is refused when any character of it is another", () => {
    const note = signNote("ring.example/trail\n12\nroot\n", signer);
    for (let index = 0; index < note.length; index += 1) {
      const other = note[index] === "A" ? "B" : "A";
      const forged = note.slice(0, index) + other + note.slice(index + 1);
      // the last character of base64 before the padding holds bits that do not count
      if (Buffer.from(forged.slice(-94), "base64").equals(Buffer.from(note.slice(-94), "base64"))) continue;
      expect(() => openNote(forged, verifier), `character ${index}`).toThrow(broken);
    }
  });

  it("is refused when another key of the same name signed it, and when nobody did", () => {
    const other = generateKeyPairSync("ed25519");
    const note = signNote("text\n", { name: signer.name, privateKey: other.privateKey });
    expect(() => openNote(note, verifier)).toThrow(broken);
    for (const text of ["", "text", "text\n", "text\n\n", "text\n\n— ring.example/trail\n"])
      expect(() => openNote(text, verifier), text).toThrow(broken);
  });

  it("may have signatures of others besides", () => {
    const others = signNote("text\n", {
      name: "witness",
      privateKey: generateKeyPairSync("ed25519").privateKey,
    });
    const note = signNote("text\n", signer);
    expect(openNote(note + others.slice("text\n\n".length), verifier)).toBe("text\n");
  });
});

it("a key that was mistyped is refused", () => {
  const line = verifierText(verifier);
  for (const wrong of [
    "",
    "ring",
    line.slice(0, -1),
    line.replace("+", "-"),
    line.replace("example", "exampel"),
  ])
    expect(() => parseVerifier(wrong), wrong).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});
