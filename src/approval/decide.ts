import type { DatabaseSync } from "node:sqlite";
import { RingmainError } from "../core/errors.ts";
import { approversFinder } from "./decisions.ts";
import type { ChangedRow } from "./facts-version.ts";
import { type ApprovalRequest, type RequestStatus, rolesAsked, standingOf } from "./request.ts";
import type { Statement } from "./statement.ts";

/** Somebody with their roles. */
interface Person {
  principal: string;
  roles: readonly string[];
}

/** Throws STATE_INVALID unless a request still waits for people. */
export function requirePending(request: ApprovalRequest, now: Date): void {
  const standing = standingOf(request, now);
  if (standing === "pending") return;
  throw new RingmainError(
    "STATE_INVALID",
    `The request ${request.id} does not wait any more: ${told[standing]}.`,
    {
      hint: `\`ringmain approvals show ${request.id}\` says what became of it; a call made anew asks anew.`,
    },
  );
}

const told: Record<Exclude<RequestStatus, "pending">, string> = {
  approved: "it is approved",
  rejected: "it was rejected",
  used: "its call was made",
  expired: "it has expired",
  superseded: "the record or the call changed, and another request took its place",
};

/**
 * Why a person may not decide about a request: who asks, or started the run that asks, is not the one to say yes; and
 * only a member of a role that is asked is. Undefined when they may.
 */
export function whyNotDecide(request: ApprovalRequest, person: Person): RingmainError | undefined {
  const { id, principal, startedBy, asks } = request;
  const me = person.principal;
  const roles = rolesAsked(asks);
  const hint = `Another person of ${roles.join(" or ")} can decide about it; \`ringmain approvals show ${id}\` names them.`;
  const refusal = (why: string, how = hint) => new RingmainError("POLICY_DENIED", why, { hint: how });
  if (me === principal) return refusal(`${me} asked for ${id}, so somebody else decides about it.`);
  if (me === startedBy)
    return refusal(`${me} started the run that asks for ${id}, so somebody else decides about it.`);
  if (roles.some((role) => person.roles.includes(role))) return undefined;
  return refusal(
    `${me} is not of ${roles.join(" or ")}, whom ${id} asks.`,
    `Members stand under roles: in ringmain.yaml.`,
  );
}

/**
 * Writes a signed decision. A rejection by one person is the end; an approval is complete when every role that is asked
 * has a member among those who approved. Call it inside a transaction.
 */
export function addDecision(
  database: DatabaseSync,
  options: {
    request: ApprovalRequest;
    statement: Statement;
    signature: string;
    keyId: string;
    reason: string | undefined;
    rolesOf: (principal: string) => readonly string[];
  },
): { status: RequestStatus; missing: string[]; changed: ChangedRow[]; recorded: (entry: number) => void } {
  const { request, statement, signature, keyId, reason, rolesOf } = options;
  const { decision, approver, decidedAt } = statement;
  // what does not hold (a key that was revoked, a row made by hand) keeps nobody from deciding
  const holding = approversFinder(database)(request, statement.call);
  if (holding.includes(approver)) {
    throw new RingmainError("STATE_INVALID", `${approver} approved ${request.id} already.`, {
      hint: "A person of the other role that is asked has to approve it too.",
    });
  }
  database
    .prepare(
      `INSERT OR REPLACE INTO approval_decision (request, approver, decision, key_id, decided_at, reason, signature)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(request.id, approver, decision, keyId, decidedAt, reason ?? null, signature);
  const people = [...holding, approver];
  const missing = rolesAsked(request.asks).filter(
    (role) => !people.some((one) => rolesOf(one).includes(role)),
  );
  const complete = missing.length === 0 ? "approved" : "pending";
  const status = decision === "rejected" ? "rejected" : complete;
  database
    .prepare("UPDATE approval_request SET status = ?, version = version + 1 WHERE id = ? AND version = ?")
    .run(status, request.id, request.version);
  return {
    status,
    missing: decision === "rejected" ? [] : missing,
    changed: [["approval_request", request.id, request.version + 1]],
    recorded: (entry) =>
      void database
        .prepare("UPDATE approval_decision SET entry = ? WHERE request = ? AND approver = ?")
        .run(entry, request.id, approver),
  };
}
