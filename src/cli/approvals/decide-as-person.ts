import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { requirePending, whyNotDecide } from "../../approval/decide.ts";
import type { ApprovalRequest, RequestStatus } from "../../approval/request.ts";
import { systemClock } from "../../core/clock.ts";
import { actAsPerson } from "../act-as-person.ts";
import type { Person } from "../person.ts";
import { type Decision, decisionAct } from "./act.ts";
import { recordDecision } from "./record-decision.ts";
import { requireApprover, unlockKey } from "./unlock-key.ts";

/**
 * Decides about a request as a person who proves themself by their passphrase: for the command line and the screen. Who
 * may not decide is refused, which is recorded, before the passphrase is asked for. Throws what stands against it.
 */
export async function decideAsPerson(options: {
  database: DatabaseSync;
  writerKey: KeyObject;
  stateDir: string;
  person: Person;
  request: ApprovalRequest;
  decision: Decision;
  reason: string | undefined;
  rolesOf: (principal: string) => readonly string[];
  askPassphrase: () => Promise<string>;
}): Promise<{ status: RequestStatus; missing: string[] }> {
  const { request, askPassphrase, stateDir, ...common } = options;
  const { database, writerKey, person, decision, reason } = common;
  const now = systemClock.now();
  requirePending(request, now);
  const act = decisionAct(request, decision, reason);
  const mayNot = () => whyNotDecide(request, person);
  if (mayNot() !== undefined) {
    const nothing = { answer: undefined, changed: [] };
    await actAsPerson({ database, writerKey, person, act, now, mayNot }, () => nothing);
  }
  const approver = requireApprover(database, person);
  const privateKey = await unlockKey({ ...common, stateDir, approver, act, askPassphrase });
  return recordDecision({ ...common, id: request.id, approver, privateKey, now: systemClock.now() });
}
