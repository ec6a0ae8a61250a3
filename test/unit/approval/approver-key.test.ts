import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import {
  makeApproverKey,
  openApproverKey,
  readKeyFile,
  writeKeyFile,
} from "../../../src/approval/approver-key.ts";
import { isSigned, keyId, signStatement } from "../../../src/approval/statement.ts";

const principal = "user:maría/../x";
const key = makeApproverKey({ principal, passphrase: "cafe\u0301 au lait" });

it("opens with the passphrase alone, in whichever form of Unicode it is typed", () => {
  const privateKey = openApproverKey(key.sealed, "caf\u00e9 au lait") ?? "";
  const call = { tool: "a.b", principal: "agent:a", argumentsHash: "0", factsHash: "0" };
  const statement = {
    request: "apr_1",
    call,
    decision: "approved",
    approver: principal,
    decidedAt: "2026-11-02T08:00:00.000Z",
    expiresAt: "2026-11-05T08:00:00.000Z",
  } as const;
  const signature = signStatement(statement, privateKey);
  expect(isSigned(statement, signature, key.publicKey)).toBe(true);
  expect(isSigned({ ...statement, decision: "rejected" }, signature, key.publicKey)).toBe(false);
  expect(isSigned({ ...statement, call: { ...call, key: "k" } }, signature, key.publicKey)).toBe(false);
  expect(isSigned(statement, signature, "no key")).toBe(false);
  expect(openApproverKey(key.sealed, "cafe au lait")).toBeUndefined();
  expect(key.id).toBe(keyId(key.publicKey));
  expect(key.sealed).not.toContain("PRIVATE");
});

it("does not open when its file was given to another name", () => {
  const file = JSON.parse(key.sealed);
  expect(openApproverKey(JSON.stringify({ ...file, principal: "user:joe" }), "café au lait")).toBeUndefined();
});

it("is kept in a file of its own that its owner alone can read", () => {
  const stateDir = mkdtempSync(join(tmpdir(), "ringmain-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  writeKeyFile(stateDir, principal, "earlier");
  writeKeyFile(stateDir, principal, key.sealed);
  expect(readKeyFile(stateDir, principal)).toBe(key.sealed);
  const path = join(stateDir, "keys/approvers", `${encodeURIComponent("maría/../x")}.key`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, "{}");
  for (const who of [principal, "user:nobody"])
    expect(() => readKeyFile(stateDir, who)).toThrow(expect.objectContaining({ code: "STATE_INVALID" }));
});
