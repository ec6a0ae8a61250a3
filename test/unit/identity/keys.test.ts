import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureKeys, readPrivateKey, readPublicKey } from "../../../src/identity/keys.ts";
import { createSigner, createVerifier } from "../../../src/identity/tokens.ts";
import { runProgram } from "../../fixtures/kit/run-program.ts";

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "ringmain-keys-"));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

describe("the keys of a workspace", () => {
  it("are made once, fit each other, and the private one is its owner's alone", async () => {
    ensureKeys(stateDir);
    const keys = [readPrivateKey(stateDir), readPublicKey(stateDir)];
    ensureKeys(stateDir);
    expect([readPrivateKey(stateDir), readPublicKey(stateDir)]).toEqual(keys);
    const now = new Date("2026-11-02T08:00:00Z");
    const sign = createSigner(readPrivateKey(stateDir));
    const verify = createVerifier(readPublicKey(stateDir));
    const token = await sign({ principal: "user:maria", lifetimeSeconds: 60 }, now);
    expect((await verify(token, now)).principal).toBe("user:maria");
    expect(statSync(join(stateDir, "keys", "runner.key")).mode & 0o777).toBe(0o600);
    expect(statSync(join(stateDir, "keys")).mode & 0o777).toBe(0o700);
  });

  it("are one pair however many processes make them at once, with nothing left lying about", async () => {
    const seen = await Promise.all(Array.from({ length: 4 }, () => runProgram("ensure-keys", stateDir)));
    expect(new Set(seen)).toEqual(new Set([readPublicKey(stateDir)]));
    expect(readdirSync(join(stateDir, "keys")).sort()).toEqual(["runner.key", "runner.pub"]);
  });

  it("get their public half back from the private one", () => {
    ensureKeys(stateDir);
    const before = readPublicKey(stateDir);
    unlinkSync(join(stateDir, "keys", "runner.pub"));
    ensureKeys(stateDir);
    expect(readPublicKey(stateDir)).toBe(before);
  });

  it("of the notary are not made anew while its public one vouches for checkpoints", () => {
    ensureKeys(stateDir, "notary");
    const before = readPublicKey(stateDir, "notary");
    unlinkSync(join(stateDir, "keys", "notary.key"));
    expect(() => ensureKeys(stateDir, "notary")).toThrow(/notary\.key is missing/);
    expect(readPublicKey(stateDir, "notary")).toBe(before);
    unlinkSync(join(stateDir, "keys", "notary.pub"));
    ensureKeys(stateDir, "notary");
    expect(readPublicKey(stateDir, "notary")).not.toBe(before);
  });

  it("that cannot be made or read are an error with a remedy", () => {
    expect(() => readPublicKey(stateDir)).toThrow(
      expect.objectContaining({ code: "STATE_INVALID", hint: expect.any(String) }),
    );
    writeFileSync(join(stateDir, "keys"), "");
    expect(() => ensureKeys(stateDir)).toThrow(
      expect.objectContaining({ code: "STATE_INVALID", hint: expect.any(String) }),
    );
    rmSync(join(stateDir, "keys"));
    mkdirSync(join(stateDir, "keys", "runner.key"), { recursive: true });
    expect(() => ensureKeys(stateDir)).toThrow(expect.objectContaining({ code: "STATE_INVALID" }));
  });
});
