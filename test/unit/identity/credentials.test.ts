import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import {
  credentialChecker,
  credentialId,
  credentialRechecker,
  issueCredential,
  listCredentials,
  revokeCredentials,
} from "../../../src/identity/credentials.ts";
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
    expect(check(credential, now)).toEqual({
      principal: "client:desk",
      verifiedBy: "credential",
      roles: [],
      credential: credentialId(credential),
    });
    expect(check(other, now).principal).toBe("client:other");
    const stored = JSON.stringify(store.database.prepare("SELECT * FROM identity_credential").all());
    // rmc_ID_SECRET, and a secret may hold a _ itself
    expect(stored).not.toContain(credential.split("_").slice(2).join("_"));
  });

  it("that is revoked is refused at once on every connection", async () => {
    using store = await temporaryTrail();
    const credential = issueCredential(store.database, desk);
    const elsewhere = new DatabaseSync(store.path);
    const check = credentialChecker(elsewhere);
    check(credential, now);
    expect(revokeCredentials(store.database, desk)).toEqual([credentialId(credential)]);
    expect(() => check(credential, now)).toThrow(
      denied(`(${credentialId(credential)} of client:desk) was revoked`),
    );
    expect(revokeCredentials(store.database, desk)).toEqual([]);
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
    const expiresAt = new Date("2026-11-02T09:00:00.000Z");
    const credential = issueCredential(store.database, { ...desk, expiresAt });
    const check = credentialChecker(store.database);
    const before = new Date("2026-11-02T08:59:59.999Z");
    expect(check(credential, before).principal).toBe("client:desk");
    expect(() => check(credential, expiresAt)).toThrow(denied("has expired"));
    expect(() => check(credential, new Date("2026-11-03T00:00:00Z"))).toThrow(denied("has expired"));
    const recheck = credentialRechecker(store.database);
    expect(() => recheck(credentialId(credential) ?? "", before)).not.toThrow();
    expect(() => recheck(credentialId(credential) ?? "", expiresAt)).toThrow(denied("has expired"));
  });

  it("is looked at again by its id, without the secret", async () => {
    using store = await temporaryTrail();
    const id = credentialId(issueCredential(store.database, desk)) ?? "";
    const recheck = credentialRechecker(store.database);
    expect(() => recheck(id, now)).not.toThrow();
    expect(() => recheck("000000000000", now)).toThrow(denied("not one of this workspace"));
    revokeCredentials(store.database, desk);
    expect(() => recheck(id, now)).toThrow(denied("was revoked"));
  });

  it("is withdrawn by its id alone, and not for another client", async () => {
    using store = await temporaryTrail();
    const id = credentialId(issueCredential(store.database, desk)) ?? "";
    const other = { principal: "client:other", now };
    issueCredential(store.database, other);
    expect(revokeCredentials(store.database, { ...other, id })).toEqual([]);
    expect(revokeCredentials(store.database, { ...desk, id: "000000000000" })).toEqual([]);
    expect(revokeCredentials(store.database, { ...desk, id })).toEqual([id]);
  });

  it("is listed with who made and withdrew it, and without its hash", async () => {
    using store = await temporaryTrail();
    const expiresAt = new Date("2026-12-02T08:00:00Z");
    const first = issueCredential(store.database, { ...desk, by: "user:maria", expiresAt });
    const later = new Date("2026-11-03T08:00:00Z");
    const second = issueCredential(store.database, { ...desk, by: "user:tom", now: later });
    expect(listCredentials(store.database)).toEqual([
      {
        id: credentialId(second),
        principal: "client:desk",
        createdAt: "2026-11-03T08:00:00.000Z",
        createdBy: "user:tom",
      },
      {
        id: credentialId(first),
        principal: "client:desk",
        createdAt: "2026-11-02T08:00:00.000Z",
        createdBy: "user:maria",
        expiresAt: "2026-12-02T08:00:00.000Z",
        revokedAt: "2026-11-03T08:00:00.000Z",
        revokedBy: "user:tom",
      },
    ]);
  });

  it.each([
    ["rmc_0123456789ab_secret", "0123456789ab"],
    ["rmc_0123456789ab_…", "0123456789ab"],
    ["rmc_0123456789ab", "0123456789ab"],
    ["0123456789ab", "0123456789ab"],
    ["0123456789abc", undefined],
    ["desk", undefined],
    ["", undefined],
  ])("%j has the id %s", (text, id) => expect(credentialId(text)).toBe(id));

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
