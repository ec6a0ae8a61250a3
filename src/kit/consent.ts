import { factsVersion } from "../approval/facts-version.ts";
import type { Gate, Verdict } from "../approval/gate.ts";
import { sha256Hex } from "../audit/commitment.ts";
import type { Decision, RoleAsked } from "../policy/access.ts";
import type { Attempt, PreparedCall, ServedTool } from "./call.ts";
import type { AnyTool } from "./tool.ts";

/** What a call goes through that policy lets pass with a person's yes only. */
export interface Consent {
  /** Before the call is tried. Throws APPROVAL_REJECTED when that is settled for good. */
  beforeTrial(): void;
  /**
   * After the call was tried in its savepoint, with its result as JSON. Returns when an approval fits it; throws
   * APPROVAL_REQUIRED or APPROVAL_REJECTED otherwise, and then the trial is to be undone.
   */
  afterTrial(result: string): void;
}

/** The consent that a decision asks for; undefined when it asks for none. */
export function consentTo<Context>(options: {
  gate: Gate;
  call: PreparedCall<Context>;
  tool: ServedTool<Context>;
  facts: Readonly<Record<string, unknown>>;
  decision: Decision;
  /** The line that opens the tool. */
  grant: string;
  attempt: Attempt;
  now: Date;
}): Consent | undefined {
  const { gate, call, tool, facts, decision, grant, attempt, now } = options;
  const asks: readonly RoleAsked[] | undefined = decision.allowed ? undefined : decision.asks;
  if (asks === undefined) return undefined;
  const { incoming, identity, argumentsText } = call;
  const exact = {
    tool: tool.id,
    principal: identity.principal,
    run: identity.run?.id,
    key: incoming.key,
    argumentsHash: sha256Hex(argumentsText),
  };

  function apply(verdict: Verdict | undefined): void {
    if (verdict === undefined) return;
    attempt.verdict = verdict;
    if (verdict.error !== undefined) throw verdict.error;
  }

  return {
    beforeTrial() {
      attempt.policies = decision.policies;
      apply(gate.settled(exact, now));
    },
    afterTrial(result) {
      const { facts: seen = "{}", changed } = attempt;
      const detail = { arguments: argumentsText, facts: seen, result, changed: JSON.stringify(changed) };
      const factsHash = factsVersion(withoutClock(tool, facts), changed);
      apply(gate.judge({ ...exact, factsHash, asks, detail, now }));
      attempt.decision = "allow";
      attempt.policies = [grant, ...decision.policies];
      attempt.changed.push(...(attempt.verdict?.changed ?? []));
    },
  };
}

/** The facts that change with the record alone: a tool marks those that follow the clock with `.meta({ clock: true })`. */
function withoutClock<Context>(
  { facts: schema }: AnyTool<Context>,
  facts: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const follows = (name: string) => schema?.shape[name]?.meta?.()?.clock === true;
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !follows(name)));
}
