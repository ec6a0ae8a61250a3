import type { EntryDraft, Outcome } from "../audit/entry.ts";
import type { Attempt, PreparedCall } from "./call.ts";

const deniedCodes: ReadonlySet<string> = new Set([
  "POLICY_DENIED",
  "APPROVAL_REQUIRED",
  "APPROVAL_REJECTED",
  "LIMIT_EXCEEDED",
  "PAUSED",
]);

/** The entry of a call, whatever became of it. */
export function draftOf<Context>(options: {
  server: string;
  call: PreparedCall<Context>;
  attempt: Attempt;
  now: Date;
  durationMs: number;
}): EntryDraft {
  const { server, call, attempt, now, durationMs } = options;
  const { incoming, tool, identity } = call;
  const { error, replayed, verdict } = attempt;
  const outcome = outcomeOf(attempt);
  return {
    time: timeText(now),
    kind: "call",
    principal: identity.principal,
    verified_by: identity.verifiedBy,
    client: incoming.client,
    server,
    tool: tool?.id ?? `${server}.${incoming.tool.slice(0, 100)}`,
    effect: tool?.effect ?? "read",
    decision: outcome === "denied" ? "deny" : attempt.decision,
    policies: attempt.policies,
    withheld: attempt.withheld,
    outcome,
    error: error?.code,
    reason: error?.message,
    run: identity.run?.id,
    workflow: identity.run?.workflow,
    workflow_hash: identity.run?.workflowHash,
    step: incoming.step,
    tool_hash: tool?.hash(),
    traceparent: incoming.traceparent,
    key: incoming.key,
    once: incoming.once,
    replay_of: replayed?.entry,
    approval: verdict?.approval,
    approver: verdict?.approver,
    duration_us: Math.round(durationMs * 1000),
    changed: attempt.changed,
    spent: outcome === "done" ? attempt.spent : undefined,
  };
}

/** Calls that are made together mostly share a millisecond, and to write an instant takes as long as half an entry. */
let written = { instant: 0, text: new Date(0).toISOString() };

function timeText(time: Date): string {
  const instant = time.getTime();
  if (instant !== written.instant) written = { instant, text: time.toISOString() };
  return written.text;
}

function outcomeOf({ error, replayed }: Attempt): Outcome {
  if (error !== undefined) return deniedCodes.has(error.code) ? "denied" : "failed";
  return replayed === undefined ? "done" : "replayed";
}
