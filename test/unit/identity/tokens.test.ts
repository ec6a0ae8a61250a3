import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { jwtVerify, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { createSigner, createVerifier } from "../../../src/identity/tokens.ts";

const now = new Date("2026-11-02T08:00:00.000Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

function keyPair() {
  return generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}

function ring() {
  const keys = keyPair();
  return { keys, sign: createSigner(keys.privateKey), verify: createVerifier(keys.publicKey) };
}

describe("a token", () => {
  it("brings back who it is for, with the run and its limits", async () => {
    const { sign, verify } = ring();
    const most = { minor: 500, currency: "EUR" };
    const amounts = [
      { tool: "bank.pay", sum: "amount", most },
      { tools: ["bank.pay"], sum: "units", most: { minor: 5, currency: null } },
    ];
    const run = { id: "run_1", workflow: "tidy", workflowHash: "abc", writes: 3, calls: 9, amounts };
    const token = sign({ principal: "agent:writer", run, lifetimeSeconds: 60 }, now);
    expect(verify(token, now)).toEqual({
      principal: "agent:writer",
      verifiedBy: "run_token",
      roles: [],
      run,
    });
  });

  it("is a JSON Web Token that others read too", async () => {
    const { keys, sign } = ring();
    const token = sign({ principal: "user:maria", roles: ["owner"], lifetimeSeconds: 60 }, now);
    const key = createPublicKey(keys.publicKey);
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      currentDate: now,
      issuer: "ringmain",
    });
    expect(protectedHeader).toEqual({ alg: "EdDSA" });
    const issued = now.getTime() / 1000;
    expect(payload).toEqual({
      iss: "ringmain",
      sub: "user:maria",
      iat: issued,
      exp: issued + 60,
      roles: ["owner"],
    });
  });

  it("of a person brings roles and no run", async () => {
    const { sign, verify } = ring();
    const token = sign({ principal: "user:maria", roles: ["owner"], lifetimeSeconds: 60 }, now);
    const identity = verify(token, now);
    expect(identity).toEqual({
      principal: "user:maria",
      verifiedBy: "runner_token",
      roles: ["owner"],
      run: undefined,
    });
  });

  it("expires, whether it was seen before or not", async () => {
    const { keys, sign, verify } = ring();
    const token = sign({ principal: "agent:writer", lifetimeSeconds: 60 }, now);
    verify(token, now);
    verify(token, later(59.999));
    const fresh = createVerifier(keys.publicKey);
    for (const check of [verify, verify, fresh]) {
      expect(() => check(token, later(60))).toThrow(
        expect.objectContaining({ code: "POLICY_DENIED", message: "The token has expired." }),
      );
    }
  });

  it("is verified once, and remembered", () => {
    const { sign, verify } = ring();
    const token = sign({ principal: "agent:writer", lifetimeSeconds: 60 }, now);
    expect(verify(token, later(1))).toBe(verify(token, now));
  });

  it("may be one that others signed in our name, with the right key", async () => {
    const { keys, verify } = ring();
    const jwt = new SignJWT({ roles: ["owner"] }).setProtectedHeader({ alg: "EdDSA" }).setIssuer("ringmain");
    const key = createPrivateKey(keys.privateKey);
    const token = await jwt.setSubject("user:maria").setExpirationTime(later(60)).sign(key);
    expect(verify(token, now)).toMatchObject({ principal: "user:maria", roles: ["owner"] });
  });

  it("is refused when another key signed it, when it was altered, or when nothing signed it", async () => {
    const { keys, sign, verify } = ring();
    const good = sign({ principal: "agent:reader", lifetimeSeconds: 60 }, now);
    const [header = "", payload = "", signature = ""] = good.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const other = createSigner(keyPair().privateKey);
    const forged = {
      otherKey: other({ principal: "agent:reader", lifetimeSeconds: 60 }, now),
      otherPrincipal: [header, encode({ ...claims, sub: "agent:writer" }), signature].join("."),
      laterExpiry: [header, encode({ ...claims, exp: claims.exp + 1 }), signature].join("."),
      noSignature: `${header}.${payload}.`,
      algNone: new UnsecuredJWT(claims).encode(),
      algNoneWithSignature: [encode({ alg: "none" }), payload, signature].join("."),
      publicKeyAsSecret: await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256" })
        .sign(Buffer.from(keys.publicKey)),
      text: "token",
      empty: "",
    };
    for (const [name, token] of Object.entries(forged)) {
      // twice: a refusal is not remembered as anything else
      for (let time = 0; time < 2; time += 1) {
        expect(() => verify(token, now), name).toThrow(
          expect.objectContaining({ code: "POLICY_DENIED", message: expect.stringContaining("not one") }),
        );
      }
    }
    expect(verify(good, now).principal).toBe("agent:reader");
  });

  it.each([
    ["no subject", (jwt: SignJWT) => jwt.setIssuer("ringmain").setExpirationTime(later(60))],
    ["no expiry", (jwt: SignJWT) => jwt.setIssuer("ringmain").setSubject("agent:writer")],
    [
      "another issuer",
      (jwt: SignJWT) => jwt.setIssuer("other").setSubject("agent:writer").setExpirationTime(later(60)),
    ],
  ])("is refused with %s, even signed with the right key", async (_what, shape) => {
    const keys = generateKeyPairSync("ed25519");
    const verify = createVerifier(keys.publicKey.export({ type: "spki", format: "pem" }).toString());
    const jwt = new SignJWT({ roles: [] }).setProtectedHeader({ alg: "EdDSA" }).setIssuedAt(now);
    const token = await shape(jwt).sign(keys.privateKey);
    expect(() => verify(token, now)).toThrow(expect.objectContaining({ code: "POLICY_DENIED" }));
  });
});
