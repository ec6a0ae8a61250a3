import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { type Approver, clearFailures, currentApprover } from "../../approval/approvers.ts";
import { addDecision, requirePending, whyNotDecide } from "../../approval/decide.ts";
import type { RequestStatus } from "../../approval/request.ts";
import { requestOf } from "../../approval/requests.ts";
import { signStatement } from "../../approval/statement.ts";
import { RingmainError } from "../../core/errors.ts";
import { actAsPerson } from "../act-as-person.ts";
import type { Person } from "../person.ts";
import { type Decision, decisionAct } from "./act.ts";

/**
 * Signs a decision and writes it with its entry, in one transaction. Everything that could have changed while the person
 * was typing is looked at again. Throws POLICY_DENIED or PAUSED, recorded, when the person may not decide, and
 * STATE_INVALID when the request waits no more.
 */
export async function recordDecision(options: {
  database: DatabaseSync;
  writerKey: KeyObject;
  person: Person;
  /** `apr_…` */
  id: string;
  decision: Decision;
  reason: string | undefined;
  approver: Approver;
  /** PKCS #8, PEM. */
  privateKey: string;
  rolesOf: (principal: string) => readonly string[];
  now: Date;
}): Promise<{ status: RequestStatus; missing: string[] }> {
  const { database, writerKey, person, id, decision, reason, approver, privateKey, rolesOf, now } = options;
  const waiting = () => {
    const request = requestOf(database, id);
    if (request === undefined) throw new Error(`the request ${id} vanished`);
    requirePending(request, now);
    return request;
  };
  const act = decisionAct(waiting(), decision, reason);
  const mayNot = () => whyNotDecide(waiting(), person);
  return actAsPerson({ database, writerKey, person, act, now, mayNot }, (by) => {
    const request = waiting();
    if (currentApprover(database, by)?.id !== approver.id) throw keyRevoked(by);
    const { tool, principal, run, key, argumentsHash, factsHash, expiresAt } = request;
    const call = { tool, principal, run, key, argumentsHash, factsHash };
    const statement = { request: id, call, decision, approver: by, decidedAt: now.toISOString(), expiresAt };
    const signature = signStatement(statement, privateKey);
    const keyId = approver.id;
    const done = addDecision(database, { request, statement, signature, keyId, reason, rolesOf });
    clearFailures(database, approver);
    const { status, missing, changed, recorded } = done;
    return { answer: { status, missing }, changed, recorded };
  });
}

function keyRevoked(principal: string): RingmainError {
  return new RingmainError("STATE_INVALID", `The key of ${principal} was revoked meanwhile.`, {
    hint: "Nothing was decided. `ringmain approvals enroll` makes a new one.",
  });
}
