import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { createGate } from "../approval/gate.ts";
import type { ApprovalRules } from "../approval/rules.ts";
import { createAppender } from "../audit/append.ts";
import type { PrincipalLimits } from "../core/agent-file.ts";
import type { Clock } from "../core/clock.ts";
import { RingmainError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { canonicalJson } from "../core/json.ts";
import { lazily } from "../core/lazily.ts";
import { toolHash, toolId } from "../core/tool-description.ts";
import type { Restriction } from "../db/authorizer.ts";
import { foreignChanges } from "../db/foreign-changes.ts";
import { isStoreFailure, storeError } from "../db/sqlite.ts";
import { transactionControl } from "../db/transaction.ts";
import { anonymous } from "../identity/principal.ts";
import type { Access } from "../policy/access.ts";
import type { Answer, Attempt, IncomingCall, PreparedCall, ServedTool } from "./call.ts";
import { draftOf } from "./call-entry.ts";
import type { AnyTool, ServerDefinition } from "./define-tool.ts";
import { describeTool } from "./describe-tool.ts";
import { createExecutor } from "./execute.ts";
import { GroupCommit } from "./group-commit.ts";
import { shortened, textOfUnread } from "./kept-arguments.ts";
import { createLimits } from "./limits.ts";
import {
  invalidArguments,
  isFitForKey,
  noCredential,
  requireOwnKey,
  unfitKey,
  unknownTool,
  unknownViewError,
} from "./refusals.ts";
import { errorFor } from "./show-answer.ts";
import { createStanding } from "./standing.ts";
import { viewsOf } from "./view.ts";

export interface Pipeline {
  /** Answers once the entry of the call is committed. Rejects only when the store cannot write: then nothing happened. */
  call(incoming: IncomingCall): Promise<Answer>;
  /** Resolves when no call is in flight. */
  idle(): Promise<void>;
}

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
  const control = transactionControl(database, { budgetMs: options.lockBudgetMs });
  const appender = createAppender(database, options.writerKey);
  const limits = createLimits(database, options.limits);
  const gate = createGate(database, options.approvals);
  const standing = createStanding(database);
  const flush = () => appender.flush();
  const executor = createExecutor({
    definition,
    database,
    control,
    restriction,
    access,
    limits,
    gate,
    flush,
  });
  const changedByOthers = foreignChanges(database);
  let undone = false;
  const commits = new GroupCommit<Answer>(database, control, {
    opened() {
      executor.opened();
      // nobody else can write until the commit, so what is known now holds for every call of the transaction
      if (!changedByOthers() && !undone) return;
      standing.load(appender.load());
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
    if (call.refusal !== undefined) throw call.refusal;

    // 3. paused? Or revoked since step 1, while it waited for its transaction? The token of a run ends with it.
    standing.require(call.identity, now);

    // 4. to 9. permitted, seen, facts, may, do, typed
    if (call.view !== undefined) await executor.executeView(call.view, call, attempt, now);
    else if (call.tool !== undefined) await executor.executeTool(call.tool, call, attempt, now);
    else throw notFound(call.incoming);
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
