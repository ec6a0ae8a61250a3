import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { ApproverKey } from "../../approval/approver-key.ts";
import { addApprover, currentApprover } from "../../approval/approvers.ts";
import { enrolTool } from "../../approval/decisions.ts";
import { RingmainError } from "../../core/errors.ts";
import { actAsPerson } from "../act-as-person.ts";
import type { Person } from "../person.ts";

/**
 * Makes a person an approver: their public key and the entry that names it, in one transaction with the writing of the
 * key file. Throws STATE_INVALID when they have a key already.
 */
export async function recordEnrolment(options: {
  database: DatabaseSync;
  writerKey: KeyObject;
  person: Person;
  key: ApproverKey;
  writeFile: () => void;
  now: Date;
}): Promise<void> {
  const { database, writerKey, person, key, writeFile, now } = options;
  const { principal } = person;
  const act = { kind: "approval", tool: enrolTool, effect: "create", principal } as const;
  await actAsPerson({ database, writerKey, person, act, now }, () => {
    requireNoKey(database, principal);
    const { recorded } = addApprover(database, { ...key, principal, now });
    writeFile();
    return { answer: undefined, changed: [["approval_approver", key.id, 1]], recorded };
  });
}

/** Throws STATE_INVALID when a person has a key: whoever sits down at their keyboard must not give them another. */
export function requireNoKey(database: DatabaseSync, principal: string): void {
  const found = currentApprover(database, principal);
  if (found === undefined) return;
  const since = found.enrolledAt.slice(0, 10);
  throw new RingmainError("STATE_INVALID", `${principal} has a key since ${since} (${found.id}).`, {
    hint: "To change the passphrase, or when it is forgotten: `ringmain approvals revoke`, by another person where you do not know it, and enroll again.",
  });
}
