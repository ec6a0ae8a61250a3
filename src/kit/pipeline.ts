import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { createGate } from "../approval/gate.ts";
import type { ApprovalRules } from "../approval/rules.ts";
import { createAppender } from "../audit/append.ts";
import { runEndings } from "../audit/run-endings.ts";
import { storedCallFinder } from "../audit/stored-call.ts";
import type { PrincipalLimits } from "../core/agent-file.ts";
import type { Clock } from "../core/clock.ts";
import { RingmainError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { canonicalJson } from "../core/json.ts";
import { lazily } from "../core/lazily.ts";
import { toolHash, toolId } from "../core/tool-description.ts";
import type { Restriction } from "../db/authorizer.ts";
import { foreignChanges } from "../db/foreign-changes.ts";
import { unitsOfWork } from "../db/kysely.ts";
import { isStoreFailure, storeError } from "../db/sqlite.ts";
import { transactionControl } from "../db/transaction.ts";
import { credentialRechecker } from "../identity/credentials.ts";
import { everyone } from "../identity/pauses.ts";
import { anonymous } from "../identity/principal.ts";
import type { Access } from "../policy/access.ts";
import type { Answer, Attempt, IncomingCall, PreparedCall, ServedTool } from "./call.ts";
import { draftOf } from "./call-entry.ts";
import { CallScope } from "./call-scope.ts";
import { consentTo } from "./consent.ts";
import type { AnyTool, ServerDefinition } from "./define-tool.ts";
import { describeTool } from "./describe-tool.ts";
import { GroupCommit } from "./group-commit.ts";
import { shortened, textOfUnread } from "./kept-arguments.ts";
import { checkLimits, createLimits } from "./limits.ts";
import { linksOver } from "./links.ts";
import {
  endedRun,
  invalidArguments,
  isFitForKey,
  noCredential,
  pausedError,
  requireOwnKey,
  resultTooLarge,
  unfitKey,
  unknownTool,
  unknownViewError,
} from "./refusals.ts";
import { permittedReads, requireGrants } from "./run-view.ts";
import { errorFor, showAnswer } from "./show-answer.ts";
import { type View, viewsOf } from "./view.ts";

export interface Pipeline {
  /** Answers once the entry of the call is committed. Rejects only when the store cannot write: then nothing happened. */
  call(incoming: IncomingCall): Promise<Answer>;
  /** Resolves when no call is in flight. */
  idle(): Promise<void>;
}

/** One result is at most this many bytes as JSON; lists paginate instead. */
const largestResult = 1024 * 1024;

/**
 * The call pipeline: how every call of every tool is made, whoever makes it. Steps 1 and 2 come before the
 * transaction; all the others, the entry included, are one unit that commits or leaves no trace.
 */
export function createPipeline<Tables, Context>(options: {
  definition: ServerDefinition<Tables, Context>;
  database: DatabaseSync;
  /** Authenticates what is written to the trail. */
  writerKey: KeyObject;
  restriction: Restriction;
  access: Access;
  limits: ReadonlyMap<string, PrincipalLimits>;
  approvals: ApprovalRules;
  clock: Clock;
  /** Told of failures that are bugs; the caller learns the id only. */
  logFailure: (id: string, error: unknown) => void;
  /** How long a call waits for the store while another process writes, in milliseconds. */
  lockBudgetMs?: number | undefined;
}): Pipeline {
  const { definition, database, restriction, access, clock } = options;
  const server = definition.name;
  const tools = new Map(definition.tools.map((tool) => [tool.name, servedTool(server, tool)]));
  const views = viewsOf(definition);
  const startUnit = unitsOfWork<Tables>(database);
  const control = transactionControl(database, { budgetMs: options.lockBudgetMs });
  const appender = createAppender(database, options.writerKey);
  const findStoredCall = storedCallFinder(database);
  const limits = createLimits(database, options.limits);
  const gate = createGate(database, options.approvals);
  const linksOf = linksOver(database, server, restriction);
  const recheckCredential = credentialRechecker(database);
  const hasEnded = runEndings(database);
  const readPauses = database.prepare("SELECT principal FROM identity_pause");
  let paused: ReadonlySet<unknown> = new Set();
  /** How many entries there were when another process was last seen to have written. */
  let committed = 0;
  const changedByOthers = foreignChanges(database);
  let undone = false;
  /** The keys of the open transaction's calls: their entries may not be written yet. */
  const recentKeys = new Set<string | undefined>();
  const commits = new GroupCommit<Answer>(database, control, {
    opened() {
      recentKeys.clear();
      // nobody else can write until the commit, so what is known now holds for every call of the transaction
      if (!changedByOthers() && !undone) return;
      committed = appender.load();
      paused = new Set(readPauses.all().map((row) => row.principal));
      undone = false;
    },
    committing: () => appender.store(),
    rolledBack() {
      undone = true;
      limits.rolledBack();
    },
  });

  let inFlight = 0;
  const whenIdle: (() => void)[] = [];

  return {
    async call(incoming) {
      inFlight += 1;
      try {
        return await answerTo(incoming);
      } finally {
        inFlight -= 1;
        if (inFlight === 0) for (const tell of whenIdle.splice(0)) tell();
      }
    },
    async idle() {
      if (inFlight > 0) await new Promise<void>((resolve) => whenIdle.push(resolve));
    },
  };

  async function answerTo(incoming: IncomingCall): Promise<Answer> {
    const call = await prepare(incoming);
    try {
      return await commits.run(() => perform(call));
    } catch (error) {
      if (error instanceof RingmainError) throw error;
      // the store works, but the handler ended the transaction (OR ROLLBACK does): record at least that
      const refusal = asRingmainError(error);
      return commits.run(() => perform({ ...call, refusal }));
    }
  }

  async function prepare(incoming: IncomingCall): Promise<PreparedCall<Context>> {
    const tool = incoming.isView ? undefined : tools.get(incoming.tool);
    const view = incoming.isView ? views.get(incoming.tool) : undefined;
    const keysFit = isFitForKey(incoming.key) && isFitForKey(incoming.once) && isFitForKey(incoming.step);
    const call: PreparedCall<Context> = {
      incoming: keysFit ? incoming : { ...incoming, key: undefined, once: undefined, step: undefined },
      tool,
      view,
      identity: anonymous,
      input: {},
      argumentsText: "",
    };
    try {
      // 1. who?
      call.identity = await incoming.identify();
      if (call.identity.verifiedBy === "none")
        throw noCredential(call.identity.principal, `${server}.${incoming.tool}`);
      requireOwnKey(call.identity.run, call.incoming.key);

      // 2. valid?
      const asked = tool ?? view;
      if (asked === undefined) throw notFound(incoming);
      if (!keysFit) throw unfitKey();
      const parsed = asked.input.safeParse(incoming.arguments ?? {});
      if (!parsed.success) throw invalidArguments(parsed.error.issues);

      // what takes long the first time is done before the transaction
      if (tool !== undefined) {
        access.prepare(call.identity, tool.id);
        tool.hash();
      }
      call.input = parsed.data;
      call.argumentsText = canonicalJson(parsed.data);
    } catch (error) {
      if (isStoreFailure(error)) throw storeError(error, database.location() ?? "");
      call.argumentsText = textOfUnread(incoming.arguments);
      call.refusal = asRingmainError(error);
    }
    return call;
  }

  /** Tries a call in a savepoint of its own and records what became of it, all within the open transaction. */
  async function perform(call: PreparedCall<Context>): Promise<Answer> {
    const started = performance.now();
    const now = clock.now();
    const attempt: Attempt = { decision: "none", policies: [], changed: [], savepoint: false };
    try {
      await execute(call, attempt, now);
      if (attempt.savepoint) control.release();
    } catch (error) {
      if (isStoreFailure(error) || !database.isTransaction) throw error;
      if (attempt.savepoint) control.rollbackToSavepoint();
      const asked = call.tool === undefined ? (call.view?.tools ?? []) : [call.tool];
      const tools = asked.map(({ name }) => `${server}.${name}`);
      attempt.error = errorFor(asRingmainError(error), { access, identity: call.identity, tools });
      // an approval that let it through was for nothing, and stays
      if (attempt.verdict?.error === undefined) delete attempt.verdict;
      attempt.changed = attempt.verdict?.changed ?? [];
      delete attempt.withheld;
    } finally {
      restriction.handlerRunning = false;
    }

    // 10. record
    const argumentsText = attempt.error === undefined ? call.argumentsText : shortened(call.argumentsText);
    const payload = {
      arguments: argumentsText,
      facts: attempt.facts,
      result: attempt.replayed === undefined ? attempt.result : undefined,
    };
    const durationMs = performance.now() - started;
    const draft = draftOf({ server, call, attempt, now, durationMs });
    const entry = appender.append(draft, payload);
    attempt.verdict?.record(entry);
    const { error, replayed, policies } = attempt;
    const result = attempt.shown ?? attempt.result;
    if (error !== undefined) return { entry, error, policies };
    return {
      entry,
      policies,
      ...(result !== undefined && { result }),
      ...(replayed !== undefined && { replayed }),
    };
  }

  async function execute(call: PreparedCall<Context>, attempt: Attempt, now: Date): Promise<void> {
    const { incoming, tool, identity, input, argumentsText } = call;
    if (call.refusal !== undefined) throw call.refusal;
    const { principal, roles } = identity;

    // 3. paused? Or revoked since step 1, while it waited for its transaction? The token of a run ends with it.
    if (paused.has(everyone) || paused.has(principal)) throw pausedError(principal, paused.has(everyone));
    if (identity.credential !== undefined) recheckCredential(identity.credential, now);
    if (identity.run !== undefined && hasEnded(identity.run.id, committed)) throw endedRun(identity.run.id);
    if (call.view !== undefined) return executeView(call.view, call, attempt, now);
    if (tool === undefined) throw notFound(incoming);

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
    if (bounds.length > 0 || recentKeys.has(key) || recentKeys.has(once)) appender.flush();
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
    if (bounds.length > 0) appender.flush();
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

  function notFound({ isView, tool }: IncomingCall): RingmainError {
    if (isView) return unknownViewError(server, tool);
    return unknownTool(server, tool, [...tools.keys()]);
  }

  function asRingmainError(error: unknown): RingmainError {
    if (error instanceof RingmainError) return error;
    const id = newId("log");
    options.logFailure(id, error);
    return new RingmainError("INTERNAL", `Something went wrong inside ${server} (log id ${id}).`, {
      hint: "Nothing was changed. The server's log has the details under this id.",
      cause: error,
    });
  }
}

function servedTool<Context>(server: string, tool: AnyTool<Context>): ServedTool<Context> {
  const hash = lazily(() => toolHash(describeTool(server, tool)));
  return { ...tool, id: toolId({ server, name: tool.name }), hash };
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
