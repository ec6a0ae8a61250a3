import type { DatabaseSync } from "node:sqlite";
import type { Kysely } from "kysely";
import { type Appender, createAppender } from "../audit/append.ts";
import type { EntryDraft, Outcome } from "../audit/entry.ts";
import { storedCallFinder } from "../audit/stored-call.ts";
import type { PrincipalLimits } from "../core/agent-file.ts";
import type { Replay } from "../core/call-meta.ts";
import type { Clock } from "../core/clock.ts";
import { didYouMean } from "../core/closest.ts";
import { messageOf, RingmainError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { canonicalJson } from "../core/json.ts";
import { lazily } from "../core/lazily.ts";
import { toolHash } from "../core/tool-description.ts";
import type { Restriction } from "../db/authorizer.ts";
import { unitsOfWork } from "../db/kysely.ts";
import { isStoreFailure, storeError } from "../db/sqlite.ts";
import { transactionControl } from "../db/transaction.ts";
import { anonymous, type Identity } from "../identity/principal.ts";
import type { Access } from "../policy/access.ts";
import type { AnyTool, CallContext, ServerDefinition } from "./define-tool.ts";
import { describeTool } from "./describe-tool.ts";
import { GroupCommit } from "./group-commit.ts";
import { limitChecker } from "./limits.ts";

/** A call as it arrives, unverified. */
export interface IncomingCall {
  /** The tool's name, without the server's. */
  tool: string;
  arguments: unknown;
  /** Finds out who calls. Rejects with the reason when the token or credential is bad. */
  identify: () => Promise<Identity>;
  step?: string | undefined;
  /** The idempotency key: scoped by principal and tool. */
  key?: string | undefined;
  /** The business key: scoped by tool. */
  once?: string | undefined;
  /** What the client calls itself. */
  client?: string | undefined;
}

/** What a call is answered with, once its entry is on the disk. */
export interface Answer {
  /** The sequence number of the entry. */
  entry: number;
  /** Canonical JSON of the result. Absent when there is an error. */
  result?: string;
  error?: RingmainError;
  /** The policies that refused it. */
  policies: readonly string[];
  /** Present when an earlier call did the work. */
  replayed?: Replay;
}

export interface Pipeline {
  /** Answers once the entry of the call is committed. Rejects only when the store cannot write: then nothing happened. */
  call(incoming: IncomingCall): Promise<Answer>;
  /** Resolves when no call is in flight. */
  idle(): Promise<void>;
}

/** One result is at most this many bytes as JSON; lists paginate instead. */
const largestResult = 1024 * 1024;
/** The arguments of a refused call are kept up to this length, so that nobody can fill the disk with refusals. */
const largestRefusedArguments = 64 * 1024;
/** Keys and step paths stand in every entry and its indexes, so they are short. */
const longestKey = 2048;

const deniedCodes: ReadonlySet<string> = new Set([
  "POLICY_DENIED",
  "APPROVAL_REQUIRED",
  "LIMIT_EXCEEDED",
  "PAUSED",
]);

/**
 * The call pipeline: how every call of every tool is made, whoever makes it. Steps 1 and 2 come before the
 * transaction; all the others, the entry included, are one unit that commits or leaves no trace.
 */
export function createPipeline<Tables, Context>(options: {
  definition: ServerDefinition<Tables, Context>;
  database: DatabaseSync;
  restriction: Restriction;
  access: Access;
  limits: ReadonlyMap<string, PrincipalLimits>;
  clock: Clock;
  /** Told of failures that are bugs; the caller learns the id only. */
  logFailure: (id: string, error: unknown) => void;
  /** How long a call waits for the store while another process writes, in milliseconds. */
  lockBudgetMs?: number | undefined;
}): Pipeline {
  const { definition, database, restriction, access, clock } = options;
  const tools = new Map(definition.tools.map((tool) => [tool.name, tool]));
  const hashes = new Map(
    definition.tools.map((tool) => [tool.name, lazily(() => toolHash(describeTool(definition.name, tool)))]),
  );
  const startUnit = unitsOfWork<Tables>(database);
  const control = transactionControl(database, { budgetMs: options.lockBudgetMs });
  const appender: Appender = createAppender(database);
  const findStoredCall = storedCallFinder(database);
  const checkLimits = limitChecker(database, options.limits);
  const findPause = database.prepare("SELECT principal FROM identity_pause WHERE principal IN (?, '*')");
  const commits = new GroupCommit(database, control, {
    opened: () => appender.load(),
    committing: () => appender.store(),
  });

  const inFlight = new Set<Promise<Answer>>();

  return {
    call(incoming) {
      const answer = answerTo(incoming).finally(() => inFlight.delete(answer));
      inFlight.add(answer);
      return answer;
    },
    async idle() {
      while (inFlight.size > 0) await Promise.allSettled(inFlight);
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
    const tool = tools.get(incoming.tool);
    const keysFit = [incoming.key, incoming.once, incoming.step].every(isFitForKey);
    const call: PreparedCall<Context> = {
      incoming: keysFit ? incoming : { ...incoming, key: undefined, once: undefined, step: undefined },
      tool,
      identity: anonymous,
      input: {},
      argumentsText: "",
    };
    try {
      // 1. who?
      call.identity = await incoming.identify();

      // 2. valid?
      if (tool === undefined) throw unknownTool(incoming.tool);
      if (!keysFit) throw unfitKey();
      const parsed = tool.input.safeParse(incoming.arguments ?? {});
      if (!parsed.success) throw invalidArguments(parsed.error.issues);

      // what takes long the first time is done before the transaction
      access.prepare(call.identity);
      hashes.get(tool.name)?.();
      return { ...call, input: parsed.data, argumentsText: canonicalJson(parsed.data) };
    } catch (error) {
      if (isStoreFailure(error)) throw storeError(error, database.location() ?? "");
      return { ...call, argumentsText: textOfUnread(incoming.arguments), refusal: asRingmainError(error) };
    }
  }

  /** Tries a call in a savepoint of its own and records what became of it, all within the open transaction. */
  async function perform(call: PreparedCall<Context>): Promise<Answer> {
    const started = performance.now();
    const now = clock.now();
    const attempt: Attempt = { decision: "none", policies: [], changed: [] };
    control.savepoint();
    try {
      await execute(call, attempt, now);
      control.release();
    } catch (error) {
      if (isStoreFailure(error) || !database.isTransaction) throw error;
      control.rollbackToSavepoint();
      attempt.error = asRingmainError(error);
      attempt.changed = [];
    } finally {
      restriction.handlerRunning = false;
    }

    // 10. record
    const argumentsText = attempt.error === undefined ? call.argumentsText : shortened(call.argumentsText);
    const payload = {
      arguments: argumentsText,
      result: attempt.replayed === undefined ? attempt.result : undefined,
    };
    const entry = appender.append(draftOf(call, attempt, now, performance.now() - started), payload);
    const { error, result, replayed, policies } = attempt;
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
    if (call.refusal !== undefined || tool === undefined) throw call.refusal ?? unknownTool(incoming.tool);
    const { principal, roles } = identity;

    // 3. paused?
    const paused = findPause.get(principal);
    if (paused !== undefined) throw pausedError(principal, String(paused.principal));

    // 4. may it call this tool at all? Before a stored result is given away.
    const id = `${definition.name}.${tool.name}`;
    const question = { principal, roles, tool: id, arguments: input };
    const grant = access.opens(identity, id);
    if (grant === undefined) {
      applyDecision(attempt, access.decide({ ...question, facts: {} }));
      throw new RingmainError("POLICY_DENIED", `${principal} has no grant for ${id}.`);
    }

    // 5. seen?
    const stored = findStoredCall({
      tool: id,
      principal,
      key: incoming.key,
      once: incoming.once,
      arguments: argumentsText,
    });
    if (stored !== undefined) {
      attempt.decision = "allow";
      attempt.policies = [grant];
      attempt.result = stored.result;
      attempt.replayed = { entry: stored.entry, ...(stored.run !== undefined && { run: stored.run }) };
      return;
    }

    const unit = startUnit();
    try {
      // 6. facts
      restriction.handlerRunning = true;
      const context = definition.context(callContext(unit.db, attempt, principal, now));
      const facts = await tool.resource?.(input, context);
      restriction.handlerRunning = false;

      // 7. may?
      checkLimits(identity, tool.effect, now);
      applyDecision(
        attempt,
        access.decide({ ...question, facts: facts && tool.facts ? tool.facts.parse(facts) : {} }),
      );
      attempt.policies = [grant, ...attempt.policies];

      // 8. do
      restriction.handlerRunning = true;
      const result = await tool.handler(input, context);
      restriction.handlerRunning = false;
      if (unit.end() > 0) throw new Error(`${id} answered without waiting for its queries`);

      // 9. typed?
      const text = canonicalJson(tool.output.parse(result));
      if (Buffer.byteLength(text) > largestResult) throw resultTooLarge(id);
      attempt.result = text;
    } finally {
      unit.end();
    }
  }

  function callContext(
    db: Kysely<Tables>,
    attempt: Attempt,
    principal: string,
    now: Date,
  ): CallContext<Tables> {
    return {
      db,
      now,
      principal,
      newId,
      changed: (table, id, version) => void attempt.changed.push([table, id, version]),
    };
  }

  function draftOf(call: PreparedCall<Context>, attempt: Attempt, now: Date, durationMs: number): EntryDraft {
    const { incoming, tool, identity } = call;
    const { error, replayed } = attempt;
    const outcome = outcomeOf(attempt);
    return {
      time: now.toISOString(),
      kind: "call",
      principal: identity.principal,
      verified_by: identity.verifiedBy,
      ...(incoming.client !== undefined && { client: incoming.client }),
      server: definition.name,
      tool: `${definition.name}.${incoming.tool.slice(0, 100)}`,
      effect: tool?.effect ?? "read",
      decision: outcome === "denied" ? "deny" : attempt.decision,
      policies: [...attempt.policies],
      outcome,
      ...(error !== undefined && { error: error.code, reason: error.message }),
      ...(identity.run !== undefined && {
        run: identity.run.id,
        workflow: identity.run.workflow,
        workflow_hash: identity.run.workflowHash,
      }),
      ...(incoming.step !== undefined && { step: incoming.step }),
      ...(tool !== undefined && { tool_hash: hashes.get(tool.name)?.() ?? "" }),
      ...(incoming.key !== undefined && { key: incoming.key }),
      ...(incoming.once !== undefined && { once: incoming.once }),
      ...(replayed !== undefined && { replay_of: replayed.entry }),
      duration_us: Math.round(durationMs * 1000),
      changed: attempt.changed,
    };
  }

  function unknownTool(name: string): RingmainError {
    const hint = didYouMean(name, [...tools.keys()]) ?? "tools/list shows the tools you may call.";
    return new RingmainError("NOT_FOUND", `${definition.name} has no tool "${name.slice(0, 100)}".`, {
      hint,
    });
  }

  function asRingmainError(error: unknown): RingmainError {
    if (error instanceof RingmainError) return error;
    const id = newId("log");
    options.logFailure(id, error);
    return new RingmainError("INTERNAL", `Something went wrong inside ${definition.name} (log id ${id}).`, {
      hint: "Nothing was changed. The server's log has the details under this id.",
      cause: error,
    });
  }
}

interface PreparedCall<Context> {
  incoming: IncomingCall;
  identity: Identity;
  tool: AnyTool<Context> | undefined;
  input: Record<string, unknown>;
  /** Canonical JSON of the parsed arguments, or of what came when they are invalid. */
  argumentsText: string;
  /** Why it is refused before the transaction; recorded inside it. */
  refusal?: RingmainError;
}

/** What is known of a call while it is tried. */
interface Attempt {
  decision: "allow" | "deny" | "none";
  policies: readonly string[];
  changed: EntryDraft["changed"];
  result?: string;
  error?: RingmainError;
  replayed?: Replay;
}

function outcomeOf({ error, replayed }: Attempt): Outcome {
  if (error !== undefined) return deniedCodes.has(error.code) ? "denied" : "failed";
  return replayed === undefined ? "done" : "replayed";
}

function applyDecision(attempt: Attempt, decision: ReturnType<Access["decide"]>): void {
  attempt.decision = decision.allowed ? "allow" : "deny";
  attempt.policies = decision.policies;
  if (!decision.allowed) throw new RingmainError(decision.code, decision.message, { hint: decision.hint });
}

function invalidArguments(issues: readonly { path: PropertyKey[]; message: string }[]): RingmainError {
  const told = issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.map(String).join(".") || "arguments"}: ${message}`);
  return new RingmainError("INPUT_INVALID", told.join("; ").slice(0, 1000), {
    hint: "The tool's input schema in tools/list says what each argument may be.",
  });
}

function pausedError(principal: string, what: string): RingmainError {
  const message = what === "*" ? "The whole workspace is paused." : `${principal} is paused.`;
  return new RingmainError("PAUSED", message, { hint: "A person can let it go on with `ringmain resume`." });
}

function resultTooLarge(tool: string): RingmainError {
  return new RingmainError("STATE_INVALID", `The result of ${tool} is larger than 1 MiB.`, {
    hint: "Ask for less: a smaller limit, or a narrower filter.",
  });
}

function unfitKey(): RingmainError {
  return new RingmainError(
    "INPUT_INVALID",
    `A key or step path must be text of 1 to ${longestKey} characters without control characters.`,
    { hint: "Make it from ids, such as an invoice number; nothing was done." },
  );
}

/** Only text that the database gives back unchanged may tell calls apart. */
function isFitForKey(text: string | undefined): boolean {
  if (text === undefined) return true;
  return text.length > 0 && text.length <= longestKey && text.isWellFormed() && !/\p{Cc}/u.test(text);
}

/** Arguments that were not parsed, for the entry of their refusal. */
function textOfUnread(value: unknown): string {
  try {
    return canonicalJson(value ?? {});
  } catch {
    return canonicalJson({ omitted: "not to be written down, for instance nested too deep" });
  }
}

function shortened(text: string): string {
  return text.length <= largestRefusedArguments
    ? text
    : canonicalJson({ omitted: "too long", length: text.length });
}
