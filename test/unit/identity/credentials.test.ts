import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { credentialChecker, issueCredential, revokeCredentials } from "../../../src/identity/credentials.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const now = new Date("2026-11-02T08:00:00Z");
const desk = { principal: "client:desk", now };
const denied = (message: string) =>
  expect.objectContaining({ code: "POLICY_DENIED", message: expect.stringContaining(message) });

describe("a client's credential", () => {
  it("vouches for its client and nobody else, and is stored as a hash", async () => {
    using store = await temporaryTrail();
    const credential = issueCredential(store.database, desk);
    const other = issueCredential(store.database, { principal: "client:other", now });
    const check = credentialChecker(store.database);
    expect(check(credential, now)).toEqual({ principal: "client:desk", verifiedBy: "credential", roles: [] });
    expect(check(other, now).principal).toBe("client:other");
    const stored = JSON.stringify(store.database.prepare("SELECT * FROM identity_credential").all());
    expect(stored).not.toContain(credential.split("_").at(-1));
  });

  it("that is revoked is refused at once on every connection", async () => {
    using store = await temporaryTrail();
    const credential = issueCredential(store.database, desk);
    const elsewhere = new DatabaseSync(store.path);
    const check = credentialChecker(elsewhere);
    check(credential, now);
    expect(revokeCredentials(store.database, desk)).toBe(1);
    expect(() => check(credential, now)).toThrow(denied("was revoked"));
    expect(revokeCredentials(store.database, desk)).toBe(0);
    elsewhere.close();
  });

  it("takes the place of the one before", async () => {
    using store = await temporaryTrail();
    const first = issueCredential(store.database, desk);
    const second = issueCredential(store.database, desk);
    const check = credentialChecker(store.database);
    expect(() => check(first, now)).toThrow(denied("was revoked"));
    expect(check(second, now).principal).toBe("client:desk");
  });

  it("expires when it has an end", async () => {
    using store = await temporaryTrail();
    const credential = issueCredential(store.database, desk);
    store.database.exec("UPDATE identity_credential SET expires_at = '2026-11-02T09:00:00.000Z'");
    const check = credentialChecker(store.database);
    expect(check(credential, new Date("2026-11-02T08:59:59.999Z")).principal).toBe("client:desk");
    expect(() => check(credential, new Date("2026-11-02T09:00:00.000Z"))).toThrow(denied("has expired"));
  });

  it("with a wrong secret, another's secret, or no shape at all is refused", async () => {
    using store = await temporaryTrail();
    const [, id, secret = ""] = issueCredential(store.database, desk).split(/_(?=.{43}$)|_(?=[0-9a-f]{12}_)/);
    const [, otherId] = issueCredential(store.database, { principal: "client:other", now }).split("_");
    const check = credentialChecker(store.database);
    const flipped = `${secret.startsWith("A") ? "B" : "A"}${secret.slice(1)}`;
    const wrong = [
      `rmc_${id}_${flipped}`,
      `rmc_${otherId}_${secret}`,
      `rmc_${id}_`,
      `rmc_${id}`,
      "",
      "' OR 1 --",
      `rmc_${id}_${secret}x`,
    ];
    for (const credential of wrong)
      expect(() => check(credential, now), credential).toThrow(denied("not one of this workspace"));
    expect(check(`rmc_${id}_${secret}`, now).principal).toBe("client:desk");
  });
});
