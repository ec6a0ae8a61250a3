import type { DatabaseSync } from "node:sqlite";
import { decidersOf } from "../../approval/deciders.ts";
import { type ApprovalRequest, rolesAsked, standingOf } from "../../approval/request.ts";
import { decisionsOf, detailOf, entryOfRequest } from "../../approval/requests.ts";
import { recordsMoved } from "./moved-records.ts";

interface DocumentOptions {
  now: Date;
  /** The members of a role, as ringmain.yaml has them. */
  membersOf: (role: string) => readonly string[];
}

/** A request as `approvals ls --json` shows it. */
export function requestDocument(
  database: DatabaseSync,
  request: ApprovalRequest,
  { now, membersOf }: DocumentOptions,
) {
  const entry = entryOfRequest(database, request);
  const status = standingOf(request, now);
  return {
    id: request.id,
    status,
    tool: request.tool,
    principal: request.principal,
    client: entry?.client,
    run: request.run,
    workflow: entry?.workflow,
    step: entry?.step,
    started_by: request.startedBy,
    roles: rolesAsked(request.asks),
    /** While it waits: who could decide, role by role. */
    deciders:
      status === "pending"
        ? decidersOf(request, membersOf).map(({ role, people }) => ({ role, people }))
        : undefined,
    policies: request.asks.map(({ policy, place, role }) => ({ id: policy, place, role })),
    created_at: request.createdAt,
    expires_at: request.expiresAt,
    requested_entry: request.requestedEntry,
    used_entry: request.usedEntry,
    decisions: decisionsOf(database, request).map(({ approver, decision, decidedAt, reason, entry: seq }) => {
      return { by: approver, decision, at: decidedAt, reason, entry: seq };
    }),
  };
}

export type RequestDocument = ReturnType<typeof requestDocument>;

/** What else `approvals show --json` shows: what a person decides about. `erased` when that is gone. */
export function detailDocument(database: DatabaseSync, request: ApprovalRequest) {
  const detail = detailOf(database, request);
  if (detail === undefined) return { erased: true as const };
  const changed: [string, string, number][] = JSON.parse(detail.changed);
  const open = request.status === "pending" || request.status === "approved";
  const moved = open ? recordsMoved(database, changed) : () => false;
  return {
    arguments: parsed(detail.arguments),
    facts: parsed(detail.facts),
    /** What came of the trial of the call, which was undone. */
    preview: {
      result: parsed(detail.result),
      changed: changed.map(([table, id, version]) => {
        // only of a request that still counts: the call itself moves its records too
        return { table, id, version, ...(moved(table, id) && { stale: true }) };
      }),
    },
  };
}

export type DetailDocument = ReturnType<typeof detailDocument>;

function parsed(text: string): unknown {
  return JSON.parse(text);
}
