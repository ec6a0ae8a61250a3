import { createPrivateKey, sign } from "node:crypto";
// each by its own path: all of jose takes 30 ms longer to load, in every process
import { jwtVerify } from "jose/jwt/verify";
import { importSPKI } from "jose/key/import";
import { z } from "zod";
import { amountLimit } from "../core/amount-limit.ts";
import { RingmainError } from "../core/errors.ts";
import type { Identity, RunClaims } from "./principal.ts";

const algorithm = "EdDSA";
const issuer = "ringmain";

/** What the runner vouches for with its signature. */
export interface TokenRequest {
  principal: string;
  roles?: readonly string[];
  run?: RunClaims;
  /** Seconds the token is good for. */
  lifetimeSeconds: number;
}

/**
 * Signs tokens with the runner's private key: JSON Web Tokens (RFC 7519) by EdDSA (RFC 8037). A token is for one run,
 * or for one command of a person. Signed here and not by jose, whose way over WebCrypto and its threads takes four
 * times as long, which every run would wait for (docs/decisions/0011).
 */
export function createSigner(privateKeyPem: string): (request: TokenRequest, now: Date) => string {
  const key = createPrivateKey(privateKeyPem);
  const header = encode({ alg: algorithm });
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
export async function createVerifier(
  publicKeyPem: string,
): Promise<(token: string, now: Date) => Promise<Identity>> {
  const key = await importSPKI(publicKeyPem, algorithm);
  const remembered = new Map<string, Promise<Verified>>();
  return async (token, now) => {
    const known = remembered.get(token);
    if (known !== undefined) {
      const { identity, expires } = await known;
      if (now.getTime() / 1000 < expires) return identity;
      remembered.delete(token);
      throw refused("The token has expired.");
    }
    // remembered before it is verified, so that the first calls of a run share one verification
    const verifying = verify(token, key, now);
    if (remembered.size >= 10_000) remembered.clear();
    remembered.set(token, verifying);
    try {
      return (await verifying).identity;
    } catch (error) {
      remembered.delete(token);
      throw error;
    }
  };
}

async function verify(
  token: string,
  key: Awaited<ReturnType<typeof importSPKI>>,
  now: Date,
): Promise<Verified> {
  try {
    const options = { issuer, algorithms: [algorithm], currentDate: now, requiredClaims: ["sub", "exp"] };
    const { sub, exp, roles, run } = claimsSchema.parse((await jwtVerify(token, key, options)).payload);
    const claims = run && {
      id: run.id,
      workflow: run.workflow,
      workflowHash: run.workflow_hash,
      writes: run.writes,
      calls: run.calls,
      amounts: run.amounts,
    };
    return {
      identity: { principal: sub, verifiedBy: run ? "run_token" : "runner_token", roles, run: claims },
      expires: exp,
    };
  } catch (error) {
    const expired = error instanceof Error && "code" in error && error.code === "ERR_JWT_EXPIRED";
    throw refused(expired ? "The token has expired." : "The token is not one that this workspace signed.");
  }
}

function refused(message: string): RingmainError {
  return new RingmainError("POLICY_DENIED", message, {
    hint: "Start the run again; tokens are made by `ringmain`.",
  });
}
