import type { DatabaseSync } from "node:sqlite";
import type { Gate } from "../approval/gate.ts";
import { storedCallFinder } from "../audit/stored-call.ts";
import { RingmainError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { Restriction } from "../db/authorizer.ts";
import { unitsOfWork } from "../db/kysely.ts";
import { isStoreFailure } from "../db/sqlite.ts";
import type { TransactionControl } from "../db/transaction.ts";
import type { Access } from "../policy/access.ts";
import type { Attempt, PreparedCall, ServedTool } from "./call.ts";
import { CallScope } from "./call-scope.ts";
import { consentTo } from "./consent.ts";
import type { ServerDefinition } from "./define-tool.ts";
import { checkLimits, type Limits } from "./limits.ts";
import { linksOver } from "./links.ts";
import { resultTooLarge } from "./refusals.ts";
import { permittedReads, requireGrants } from "./run-view.ts";
import { showAnswer } from "./show-answer.ts";
import type { View } from "./view.ts";

/** Steps 4 to 9 of a call, within its transaction. They throw what it is refused with, and note the rest in the attempt. */
export interface Executor<Context> {
  executeTool(
    tool: ServedTool<Context>,
    call: PreparedCall<Context>,
    attempt: Attempt,
    now: Date,
  ): Promise<void>;
  executeView(view: View<Context>, call: PreparedCall<Context>, attempt: Attempt, now: Date): Promise<void>;
  /** To be told when a transaction begins. */
  opened(): void;
}

/** One result is at most this many bytes as JSON; lists paginate instead. */
const largestResult = 1024 * 1024;

export function createExecutor<Tables, Context>(options: {
  definition: ServerDefinition<Tables, Context>;
  database: DatabaseSync;
  control: TransactionControl;
  restriction: Restriction;
  access: Access;
  limits: Limits;
  gate: Gate;
  /** Writes the entries of the open transaction that are not written yet. */
  flush: () => void;
}): Executor<Context> {
  const { definition, database, control, restriction, access, limits, gate, flush } = options;
  const server = definition.name;
  const startUnit = unitsOfWork<Tables>(database);
  const findStoredCall = storedCallFinder(database);
  const linksOf = linksOver(database, server, restriction);
  /** The keys of the open transaction's calls: their entries may not be written yet. */
  const recentKeys = new Set<string | undefined>();

  return { executeTool, executeView, opened: () => recentKeys.clear() };

  async function executeTool(
    tool: ServedTool<Context>,
    call: PreparedCall<Context>,
    attempt: Attempt,
    now: Date,
  ) {
    const { incoming, identity, input, argumentsText } = call;
    const { principal, roles } = identity;

    // 4. may it call this tool at all? Before a stored result is given away.
    const { id } = tool;
    const grant = access.opens(identity, id);
    if (grant === undefined) {
      applyDecision(attempt, access.decide({ principal, roles, tool: id, arguments: input, facts: {} }));
      throw new RingmainError("POLICY_DENIED", `${principal} has no grant for ${id}.`);
    }

    // 5. seen?
    const { key, once } = incoming;
    // What the search and the limits below must see is written now: once the unit has its savepoint, undoing the call
    // would undo the entries of others with it.
    const bounds = limits.of(identity, tool);
    if (bounds.length > 0 || recentKeys.has(key) || recentKeys.has(once)) flush();
    if (key !== undefined) recentKeys.add(key);
    if (once !== undefined) recentKeys.add(once);
    const stored = findStoredCall({ tool: id, principal, key, once, arguments: argumentsText });
    if (stored !== undefined) {
      attempt.decision = "allow";
      attempt.policies = [grant];
      attempt.result = stored.result;
      attempt.replayed = { entry: stored.entry, ...(stored.run !== undefined && { run: stored.run }) };
      if (access.withholds(identity, id)) await showReplay(tool, call, attempt, now);
      return;
    }

    const scope = scopeOf(principal, attempt, now);
    try {
      // 6. facts
      restriction.handlerRunning = true;
      const context = definition.context(scope);
      // what only reads is judged by facts where a policy or a limit is about it; what writes always has them
      const isJudged = tool.effect !== "read" || bounds.length > 0 || access.concerns(identity, id);
      const facts = isJudged ? await tool.resource?.(input, context) : undefined;
      restriction.handlerRunning = false;

      // 7. may?
      const known = facts && tool.facts ? tool.facts.parse(facts) : {};
      attempt.spent = checkLimits(bounds, { now, arguments: input, facts: known });
      const decision = access.decide({ principal, roles, tool: id, arguments: input, facts: known });
      if (decision.policies.length > 0) attempt.facts = canonicalJson(known);
      const { limits: cuts } = decision;
      const consent = consentTo({ gate, call, tool, facts: known, decision, grant, attempt, now });
      if (consent === undefined) {
        applyDecision(attempt, decision);
        attempt.policies = [grant, ...attempt.policies];
      }
      consent?.beforeTrial();
      // an answer that an approval lets out is cut down like any other
      scope.hide(cuts?.marks);

      // 8. do. What a person must say yes to is tried: they see what would come of it, and only a yes keeps it
      restriction.handlerRunning = true;
      const result = await tool.handler(input, context);
      restriction.handlerRunning = false;
      if (scope.end() > 0) throw new Error(`${id} answered without waiting for its queries`);

      // 9. typed? And what of it the caller is shown
      const text = resultText(id, tool.output.parse(result));
      consent?.afterTrial(text);
      attempt.result = text;
      showAnswer(attempt, cuts);
    } finally {
      scope.end();
    }
  }

  /** A result given again is shown as the policies of now have it, which may be less than was shown before. */
  async function showReplay(
    tool: ServedTool<Context>,
    { identity, input }: PreparedCall<Context>,
    attempt: Attempt,
    now: Date,
  ): Promise<void> {
    const { principal, roles } = identity;
    const scope = scopeOf(principal, attempt, now);
    try {
      restriction.handlerRunning = true;
      const facts = await factsOf(tool, input, definition.context(scope));
      restriction.handlerRunning = false;
      const request = { principal, roles, tool: tool.id, arguments: input, facts };
      showAnswer(attempt, access.limitsOfReplay(request));
    } finally {
      scope.end();
    }
  }

  /** Steps 4 to 9 of what is no tool: its grants, and then each of its reads, are decided as calls of tools are. */
  async function executeView(view: View<Context>, call: PreparedCall<Context>, attempt: Attempt, now: Date) {
    const { identity, input } = call;
    const scope = scopeOf(identity.principal, attempt, now);
    const hide = scope.hide.bind(scope);
    const asking = { server, identity, access, attempt, hide };
    requireGrants(view, definition.tools, asking);
    const bounds = limits.of(identity, { effect: "read" });
    if (bounds.length > 0) flush();
    checkLimits(bounds, { now, arguments: input, facts: {} });
    attempt.decision = "allow";
    try {
      restriction.handlerRunning = true;
      const result = await view.run(input, permittedReads(definition.context(scope), asking));
      restriction.handlerRunning = false;
      const id = `${server}.${view.name}`;
      if (scope.end() > 0) throw new Error(`${id} answered without waiting for its queries`);
      if (attempt.changed.length > 0) throw new Error(`${id} changed something`);
      attempt.result = resultText(id, view.output.parse(result));
    } finally {
      scope.end();
    }
  }

  function scopeOf(principal: string, attempt: Attempt, now: Date): CallScope<Tables> {
    return new CallScope<Tables>({
      now,
      principal,
      changed: (table, row, version) => void attempt.changed.push([table, row, version]),
      startUnit,
      linksOf,
      beforeUse() {
        if (attempt.savepoint) return;
        control.savepoint();
        attempt.savepoint = true;
      },
    });
  }
}

/** The facts of a record as they are now; undefined when it is gone, or is not what it was. */
async function factsOf<Context>(tool: ServedTool<Context>, input: Record<string, unknown>, context: Context) {
  try {
    return tool.facts?.parse(await tool.resource?.(input, context)) ?? {};
  } catch (error) {
    if (error instanceof RingmainError && !isStoreFailure(error)) return undefined;
    throw error;
  }
}

/** A result as it is stored and answered. */
function resultText(id: string, result: unknown): string {
  const text = canonicalJson(result);
  if (Buffer.byteLength(text) > largestResult) throw resultTooLarge(id);
  return text;
}

function applyDecision(attempt: Attempt, decision: ReturnType<Access["decide"]>): void {
  attempt.decision = decision.allowed ? "allow" : "deny";
  attempt.policies = decision.policies;
  if (!decision.allowed) throw new RingmainError(decision.code, decision.message, { hint: decision.hint });
}
