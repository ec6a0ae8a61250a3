import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { sha256Hex } from "../audit/commitment.ts";
import { canonicalJson } from "../core/json.ts";
import type { ExactCall } from "./request.ts";

/** What an approver puts their name to. */
export interface Statement {
  /** `apr_…` */
  request: string;
  call: ExactCall;
  decision: "approved" | "rejected";
  approver: string;
  /** RFC 3339, UTC. */
  decidedAt: string;
  expiresAt: string;
}

/** The text that is signed. It names everything that the decision is about, so that no row can lend it to another call. */
function statementText({ request, call, ...decision }: Statement): string {
  const { tool, principal, run, key, argumentsHash, factsHash } = call;
  const exact = { tool, principal, run, key, argumentsHash, factsHash };
  return canonicalJson({ what: "ringmain approval 1", request, call: exact, ...decision });
}

/** Signs a decision with an approver's private key (PKCS #8, PEM), by ed25519. Returns base64. */
export function signStatement(statement: Statement, privateKeyPem: string): string {
  return sign(null, Buffer.from(statementText(statement)), createPrivateKey(privateKeyPem)).toString(
    "base64",
  );
}

/** Whether a decision was signed with the private half of a public key (SPKI, PEM). */
export function isSigned(statement: Statement, signature: string, publicKeyPem: string): boolean {
  try {
    const key = createPublicKey(publicKeyPem);
    if (key.asymmetricKeyType !== "ed25519") return false;
    return verify(null, Buffer.from(statementText(statement)), key, Buffer.from(signature, "base64"));
  } catch {
    return false; // no key at all
  }
}

/** The name of a public key: a hash of it. */
export function keyId(publicKeyPem: string): string {
  return `apk_${sha256Hex(publicKeyPem).slice(0, 32)}`;
}
