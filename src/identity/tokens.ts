import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { amountLimit } from "../core/amount-limit.ts";
import { RingmainError } from "../core/errors.ts";
import type { Identity, RunClaims } from "./principal.ts";

const issuer = "ringmain";
/** The one header of our tokens: JSON Web Tokens (RFC 7519), signed with ed25519 (RFC 8037). */
const header = encode({ alg: "EdDSA" });

/** What the runner vouches for with its signature. */
export interface TokenRequest {
  principal: string;
  roles?: readonly string[];
  run?: RunClaims;
  /** Seconds the token is good for. */
  lifetimeSeconds: number;
}

/**
 * Signs tokens with the runner's private key. A token is for one run, or for one command of a person. By node:crypto:
 * the way over WebCrypto and its threads takes four times as long, which every run would wait for (docs/decisions/0011).
 */
export function createSigner(privateKeyPem: string): (request: TokenRequest, now: Date) => string {
  const key = createPrivateKey(privateKeyPem);
  return ({ principal, roles = [], run, lifetimeSeconds }, now) => {
    const iat = Math.floor(now.getTime() / 1000);
    const claims = run && {
      id: run.id,
      workflow: run.workflow,
      workflow_hash: run.workflowHash,
      writes: run.writes,
      calls: run.calls,
      amounts: run.amounts,
    };
    const payload = { iss: issuer, sub: principal, iat, exp: iat + lifetimeSeconds, roles, run: claims };
    const signed = `${header}.${encode(payload)}`;
    return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

const claimsSchema = z.object({
  iss: z.literal(issuer),
  sub: z.string(),
  exp: z.number(),
  roles: z.array(z.string()),
  run: z
    .object({
      id: z.string(),
      workflow: z.string(),
      workflow_hash: z.string(),
      writes: z.int().optional(),
      calls: z.int().optional(),
      amounts: z.array(amountLimit).optional(),
    })
    .optional(),
});

interface Verified {
  identity: Identity;
  /** Seconds since the epoch. */
  expires: number;
}

/**
 * Verifies tokens with the runner's public key. A verification costs some 130 µs, so a token is verified once
 * and remembered until it expires. Throws POLICY_DENIED with the reason.
 */
export function createVerifier(publicKeyPem: string): (token: string, now: Date) => Identity {
  const key = createPublicKey(publicKeyPem);
  const remembered = new Map<string, Verified>();
  return (token, now) => {
    const known = remembered.get(token);
    const verified = known ?? verifyToken(token, key);
    if (now.getTime() / 1000 >= verified.expires) {
      remembered.delete(token);
      throw refused("The token has expired.");
    }
    if (known === undefined) {
      if (remembered.size >= 10_000) remembered.clear();
      remembered.set(token, verified);
    }
    return verified.identity;
  };
}

function verifyToken(token: string, key: KeyObject): Verified {
  const [written, payload = "", signature = "", ...rest] = token.split(".");
  const signed = Buffer.from(`${written}.${payload}`);
  // one header is good, the one that we write: nobody chooses an algorithm here
  const isOurs =
    written === header && rest.length === 0 && verify(null, signed, key, Buffer.from(signature, "base64url"));
  const claims = isOurs
    ? claimsSchema.safeParse(parsed(Buffer.from(payload, "base64url").toString()))
    : undefined;
  if (claims?.success !== true) throw refused("The token is not one that this workspace signed.");
  const { sub, exp, roles, run } = claims.data;
  const ofRun = run && {
    id: run.id,
    workflow: run.workflow,
    workflowHash: run.workflow_hash,
    writes: run.writes,
    calls: run.calls,
    amounts: run.amounts,
  };
  return {
    identity: { principal: sub, verifiedBy: run ? "run_token" : "runner_token", roles, run: ofRun },
    expires: exp,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(message: string): RingmainError {
  return new RingmainError("POLICY_DENIED", message, {
    hint: "Start the run again; tokens are made by `ringmain`.",
  });
}
