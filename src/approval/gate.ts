import type { DatabaseSync } from "node:sqlite";
import { runStarterFinder } from "../audit/run-starter.ts";
import { RingmainError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { lazily } from "../core/lazily.ts";
import { approversFinder } from "./decisions.ts";
import type { ChangedRow } from "./facts-version.ts";
import { type Notification, notificationsOf, notificationWriter } from "./notification.ts";
import { type ApprovalRequest, type Ask, type ExactCall, rolesAsked, standingOf } from "./request.ts";
import { type RequestDetail, requestStore } from "./request-store.ts";
import type { ApprovalRules } from "./rules.ts";

/** A call that policy lets through with an approval only, tried in its savepoint. */
export interface TriedCall extends ExactCall {
  asks: readonly Ask[];
  detail: RequestDetail;
  now: Date;
}

/** Whether a call may go on, and what is to be written once its entry has a number. */
export interface Verdict {
  /** The request that let it through, waits for people, or refused it. */
  approval: string;
  /** Who approved it; several are separated by a comma. Absent when the call may not go on. */
  approver?: string;
  /** Why it may not go on: its trial must be undone. */
  error?: RingmainError;
  /** The rows that `record` writes. */
  changed: ChangedRow[];
  /** Writes the request, after the trial is undone or kept, in the same transaction. */
  record(entry: number): void;
}

export interface Gate {
  /**
   * What is decided for good about a call with a key, before it is tried: its request was rejected, or nobody answered
   * in time. Undefined for any other call.
   */
  settled(call: Omit<ExactCall, "factsHash">, now: Date): Verdict | undefined;
  /**
   * Judges a call that was tried: an approval that fits lets it through, once; any other call waits for people. Throws
   * LIMIT_EXCEEDED when as many requests of the caller wait as may.
   */
  judge(call: TriedCall): Verdict;
}

/**
 * Prepares the gate before calls that need a person's yes, on the connection of a server. Everything it reads and
 * writes is in the transaction of the call, so an approval lets exactly one call through, whoever else is at it.
 */
export function createGate(database: DatabaseSync, rules: ApprovalRules): Gate {
  // most servers never see such a call
  const store = lazily(() => requestStore(database));
  const findApprovers = lazily(() => approversFinder(database));
  const findStarter = lazily(() => runStarterFinder(database));
  const notify = lazily(() => notificationWriter(database));

  function settled(call: Omit<ExactCall, "factsHash">, now: Date): Verdict | undefined {
    if (call.key === undefined) return undefined;
    const request = store().withArguments(call);
    const standing = request && standingOf(request, now);
    if (request === undefined || (standing !== "rejected" && standing !== "expired")) return undefined;
    const isNew = request.status !== standing;
    return {
      approval: request.id,
      error: standing === "expired" ? expired(request) : rejected(request),
      changed: isNew ? [["approval_request", request.id, request.version + 1]] : [],
      record: () => void (isNew && store().settle(request, "expired")),
    };
  }

  function judge(call: TriedCall): Verdict {
    const { key, now } = call;
    const request = key === undefined ? store().withArguments(call) : store().withKey(key, call);
    if (request === undefined) return askPeople(call);
    const fits = request.argumentsHash === call.argumentsHash && request.factsHash === call.factsHash;
    const standing = standingOf(request, now);
    if (standing === "pending") return fits ? wait(request) : askPeople(call, request, "superseded");
    if (standing === "approved") {
      const approvers = fits ? approversOf(request, call) : undefined;
      if (approvers === undefined) return askPeople(call, request, "superseded");
      return pass(request, approvers);
    }
    if (standing === "expired") return askPeople(call, request, "expired");
    // without a key nobody can tell a rejected call from the same call made anew, so the no holds for a while
    if (standing === "rejected" && fits && request.expiresAt > now.toISOString()) {
      return { approval: request.id, error: rejected(request), changed: [], record: () => {} };
    }
    return askPeople(call);
  }

  /** Who approved a call, when each role that is asked now has a member among them who had no part in the call. */
  function approversOf(request: ApprovalRequest, call: TriedCall): string[] | undefined {
    const starter = call.run === undefined ? undefined : findStarter()(call.run);
    const people = findApprovers()(request, exactCall(call)).filter(
      (person) => person !== call.principal && person !== starter,
    );
    const isMember = (role: string) => people.some((person) => rules.rolesOf(person).includes(role));
    return rolesAsked(call.asks).every(isMember) ? people : undefined;
  }

  function pass(request: ApprovalRequest, approvers: readonly string[]): Verdict {
    return {
      approval: request.id,
      approver: approvers.join(", "),
      changed: [["approval_request", request.id, request.version + 1]],
      record: (entry) => store().settle(request, "used", entry),
    };
  }

  function wait(request: ApprovalRequest): Verdict {
    return { approval: request.id, error: required(request), changed: [], record: () => {} };
  }

  /** A new question, in place of an earlier one where there is one. */
  function askPeople(
    call: TriedCall,
    earlier?: ApprovalRequest,
    becomes: "superseded" | "expired" = "superseded",
  ): Verdict {
    const { now, asks, detail } = call;
    const id = newId("apr");
    const isNew = earlier !== undefined && earlier.status !== becomes;
    // a question that takes the place of one that waits makes them no more
    const replaces = earlier !== undefined && standingOf(earlier, now) === "pending";
    if (!replaces && store().waitingOf(call.principal, now) >= rules.mostWaiting)
      throw tooManyWait(call.principal, rules.mostWaiting);
    const request: Omit<ApprovalRequest, "status" | "version" | "requestedEntry"> = {
      ...exactCall(call),
      id,
      startedBy: call.run === undefined ? undefined : findStarter()(call.run),
      asks,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + rules.expireAfterMs).toISOString(),
    };
    const messages: Notification[] = notificationsOf({ request, detail, notify: rules.notify });
    return {
      approval: id,
      error: required(request),
      changed: [
        ...(isNew ? [["approval_request", earlier.id, earlier.version + 1] satisfies ChangedRow] : []),
        ["approval_request", id, 1],
        ...messages.map((message): ChangedRow => ["approval_outbox", message.id, 1]),
      ],
      record(entry) {
        if (isNew) store().settle(earlier, becomes);
        store().add({ ...request, requestedEntry: entry }, detail);
        for (const message of messages) notify()(message, id, now);
      },
    };
  }

  return { settled, judge };
}

function exactCall({ tool, principal, run, key, argumentsHash, factsHash }: ExactCall): ExactCall {
  return { tool, principal, run, key, argumentsHash, factsHash };
}

type Asked = Pick<ApprovalRequest, "id" | "tool" | "asks" | "expiresAt">;

function required({ id, tool, asks, expiresAt }: Asked): RingmainError {
  const roles = rolesAsked(asks);
  const policies = asks.map(({ policy }) => policy).join(", ");
  const rules = `${asks.length === 1 ? "policy" : "policies"} ${policies}`;
  return new RingmainError(
    "APPROVAL_REQUIRED",
    `${tool} needs the approval of ${roles.join(" and ")} (${rules}): request ${id} waits for it.`,
    {
      hint:
        `A person of ${roles.join(" and ")} decides in a terminal: \`ringmain approvals approve ${id}\`. Then make the ` +
        `same call again, with the same arguments; it goes through once, until ${minuteText(expiresAt)}.`,
      details: { approval: id },
    },
  );
}

function tooManyWait(principal: string, most: number): RingmainError {
  return new RingmainError("LIMIT_EXCEEDED", `${most} requests of ${principal} wait for approval already.`, {
    hint: "People decide about those first (`ringmain approvals`); approvals: most_waiting in ringmain.yaml is how many may wait.",
  });
}

function rejected({ id, tool, key, expiresAt }: ApprovalRequest): RingmainError {
  const until = key === undefined ? ` It can be asked for anew after ${minuteText(expiresAt)}.` : "";
  return new RingmainError("APPROVAL_REJECTED", `${tool} was rejected by a person (request ${id}).`, {
    hint: `\`ringmain approvals show ${id}\` says by whom and why.${until}`,
    details: { approval: id },
  });
}

function expired({ id, tool, expiresAt }: ApprovalRequest): RingmainError {
  const message = `${tool} was not made in time: its request for approval ${id} expired at ${minuteText(expiresAt)}.`;
  return new RingmainError("APPROVAL_REJECTED", message, {
    hint: "Make the call anew, under another key, to ask again; approvals: expire_after in ringmain.yaml says how long a request stands.",
    details: { approval: id },
  });
}

function minuteText(instant: string): string {
  return `${instant.slice(0, 16).replace("T", " ")} UTC`;
}
