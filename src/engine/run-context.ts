import type { CallError, Replay } from "../core/call-meta.ts";
import { RingmainError, withoutOutcome } from "../core/errors.ts";
import { isRecord, type Json } from "../core/json.ts";
import type { Plan } from "../workflow/plan.ts";
import type { CallAnswer, CallRequest, RunContext } from "../workflow/run-context.ts";
import { isWait, type Wait, Waiting, waitsOf } from "../workflow/waits.ts";
import type { Run } from "./engine.ts";
import type { JournalRecord } from "./journal.ts";
import { createOnceMemory } from "./once-memory.ts";
import { backoffMs, callRetry, type Delay, retryTransient } from "./retry.ts";
import type { CallTool } from "./tool-caller.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface ChildRequest {
  runId: string;
  plan: Plan;
  inputs: Record<string, Json>;
}

export type ChildRun = Pick<Run, "status" | "outputs" | "error">;

/** Parking a run and waking it again costs more than to wait so long. */
const longestSleepMs = 5_000;

export interface RunContextOptions
  extends Omit<
    RunContext,
    | "call"
    | "findOnce"
    | "recall"
    | "backOff"
    | "sleepUntil"
    | "runWorkflow"
    | "within"
    | "repeatable"
    | "unsettled"
    | "restoreUnsettled"
  > {
  /** What the run had completed when this execution began. */
  completed: ReadonlyMap<string, JournalRecord>;
  /** The calls by path whose requests no person has decided yet: they are not made again. */
  undecided: ReadonlyMap<string, string>;
  /** Told of each call that waits for a person, and of its request. */
  waits(path: string, wait: Wait): void;
  callTool: CallTool;
  findOnce(key: string): Replay | undefined;
  /** What earlier executions remembered, by path. */
  memory: ReadonlyMap<string, Json>;
  /** Executes a run of another workflow as far as it goes; one that was begun before is gone on with. */
  runWorkflow(child: ChildRequest): Promise<ChildRun>;
  /** Such a run as it stands, if it was begun. */
  findWorkflow(runId: string): ChildRun | undefined;
  /** Ends such a run, which took too long. */
  cancelWorkflow(runId: string): Promise<unknown>;
  now(): Date;
  delay: Delay;
  random: () => number;
  /** A moment that is no further off is waited for here, in milliseconds; 5 s unless told. */
  longestSleepMs?: number;
}

/**
 * What the steps of one execution work with. A call that completed before is answered from the journal, one that
 * waits for a person goes on waiting; any other is sent with the key `<run id>/<path>`, and sent again while the reason
 * of its failure may pass.
 */
export function createRunContext(options: RunContextOptions): RunContext {
  const { runId, startedAt, inputs, completed, undecided, callTool, delay, random } = options;
  const once = createOnceMemory(runId);
  const memory = new Map(options.memory);

  const send = async (request: CallRequest, signal: AbortSignal): Promise<CallAnswer> => {
    const { path } = request;
    const call = { ...request, key: `${runId}/${path}`, signal };
    const attempt = () => unlessAborted(callTool(call), signal);
    try {
      const asked = undecided.get(path);
      if (asked !== undefined) throw stillWaiting(asked);
      return await retryTransient(attempt, { policy: callRetry, delay, random, signal });
    } catch (error) {
      for (const wait of waitsOf(error)) options.waits(path, wait);
      throw error;
    }
  };

  const remember = async (path: string, value: Json): Promise<void> => {
    if (memory.has(path)) return;
    await options.remember(path, value);
    memory.set(path, value);
  };
  /** When a step's moment comes (RFC 3339), as it was when the step was reached first. */
  const dueAt = async (path: string, due: (now: Date) => Date): Promise<string> => {
    const known = memory.get(`${path}!due`);
    if (typeof known === "string") return known;
    const until = due(options.now()).toISOString();
    await remember(`${path}!due`, until);
    return until;
  };

  /** `repeated`: of a step that may be attempted again. */
  const contextOf = (signal: AbortSignal, repeated: Repeated | undefined): RunContext => ({
    runId,
    startedAt,
    inputs,
    signal,
    within: (inner) => contextOf(AbortSignal.any([signal, inner]), repeated),
    repeatable: () => contextOf(signal, repeated ?? { kept: new Map(), unsettled: new Set() }),
    unsettled: (step) => [...(repeated?.unsettled ?? [])].filter((path) => isOfStep(path, step)),
    restoreUnsettled(step, paths) {
      for (const path of this.unsettled(step)) repeated?.unsettled.delete(path);
      for (const path of paths) repeated?.unsettled.add(path);
    },
    async call(request) {
      signal.throwIfAborted();
      const known = (path: string) => completed.get(path) ?? repeated?.kept.get(path);
      const path = pathOfOutcome(request, known, repeated);
      const record = known(path) ?? (await keep(() => send({ ...request, path }, signal), path, repeated));
      repeated?.unsettled.delete(path);
      const { result, entry, replayed } = answerOf(record);
      // Found by its own key, it is this very call, whose answer was lost; found by a business key, judge.
      const byOther =
        request.once === undefined ? undefined : once.judge(`${request.tool} ${request.once}`, replayed);
      return byOther === undefined ? { result, entry } : { result, entry, replayed: byOther };
    },
    async findOnce(key) {
      signal.throwIfAborted();
      return once.judge(key, options.findOnce(key));
    },
    async markOnce(key, path) {
      signal.throwIfAborted();
      await options.markOnce(key, path);
    },
    recall: (path) => memory.get(path),
    async remember(path, value) {
      signal.throwIfAborted();
      await remember(path, value);
    },
    async sleepUntil(path, due) {
      signal.throwIfAborted();
      const until = new Date(await dueAt(path, due));
      const ms = until.getTime() - options.now().getTime();
      if (ms > (options.longestSleepMs ?? longestSleepMs)) {
        const wait = { until: until.toISOString() };
        options.waits(path, wait);
        throw new Waiting([wait]);
      }
      if (ms > 0) await unlessAborted(delay(ms, signal), signal);
      return until;
    },
    async runWorkflow({ path, plan, inputs, outcomes = 1 }) {
      signal.throwIfAborted();
      const ids = Array.from({ length: outcomes }, (_, index) => `${runId}/${attemptPath(path, index + 1)}`);
      const last = ids.at(-1) ?? runId;
      // an earlier attempt may have done it; where one failed, or never came to it, this one has a run of its own
      const id = ids.find((one) => isGoingOnOrDone(options.findWorkflow(one))) ?? last;
      const work = options.runWorkflow({ runId: id, plan, inputs });
      const child = await unlessAborted(work, signal).catch(async (error: unknown) => {
        if (signal.aborted && !options.signal.aborted) await options.cancelWorkflow(id);
        throw error;
      });
      if (child.status === "done") return child.outputs ?? {};
      if (child.status === "failed" || child.status === "cancelled") throw failureOfChild(id, child);
      options.waits(path, { run: id });
      throw new Waiting([{ run: id }]);
    },
    backOff: async (backoff, attempt, until) =>
      void (await delay(backoffMs(backoff, attempt, random), until)),
    report: options.report,
  });
  return contextOf(options.signal, undefined);
}

/** What a step that may be attempted again must know of its calls. */
interface Repeated {
  kept: Map<string, JournalRecord>;
  /** Sent, and without an outcome: the same key is sent again before another one. */
  unsettled: Set<string>;
}

/** Keeps the outcome of a call, when it has one, for attempts that come later. */
async function keep(
  call: () => Promise<CallAnswer>,
  path: string,
  repeated: Repeated | undefined,
): Promise<CallAnswer> {
  repeated?.unsettled.add(path);
  try {
    const answer = await call();
    repeated?.kept.set(path, answer);
    return answer;
  } catch (error) {
    const failure = recordedFailure(error);
    if (failure !== undefined) {
      repeated?.kept.set(path, failure);
      repeated?.unsettled.delete(path);
    }
    throw error;
  }
}

/**
 * Where the outcome of a call stands, or is to stand: at the number of the attempt, unless an earlier one did it or left it
 * unsettled. A failure counts for the attempt in which it came about, also when that attempt is executed again.
 */
function pathOfOutcome(
  { path, outcomes = 1 }: CallRequest,
  known: (path: string) => JournalRecord | undefined,
  repeated: Repeated | undefined,
): string {
  for (let number = 1; number < outcomes; number += 1) {
    const attempt = attemptPath(path, number);
    if (repeated?.unsettled.has(attempt)) return attempt;
    const record = known(attempt);
    if (record !== undefined && !("error" in record)) return attempt;
  }
  return attemptPath(path, outcomes);
}

/** Whether a call is made by a step or inside it. */
function isOfStep(path: string, step: string): boolean {
  return path === step || (path.startsWith(step) && "/[#@".includes(path.charAt(step.length)));
}

/** Each outcome of a call has a path of its own, and so a key. */
function attemptPath(path: string, number: number): string {
  return number === 1 ? path : `${path}@${number}`;
}

/** A failure that the trail has: the same key would not be answered otherwise by an execution that comes later. */
function recordedFailure(error: unknown): JournalRecord | undefined {
  if (!(error instanceof RingmainError) || withoutOutcome.has(error.code) || isWait(error)) return undefined;
  const entry = isRecord(error.details) ? error.details.entry : undefined;
  if (typeof entry !== "number") return undefined;
  const { code, message, hint, retryable } = error;
  return { entry, error: { code, message, ...(hint !== undefined && { hint }), retryable, policies: [] } };
}

function isGoingOnOrDone(child: ChildRun | undefined): boolean {
  return child !== undefined && child.status !== "failed" && child.status !== "cancelled";
}

function failureOfChild(id: string, { error }: ChildRun): RingmainError {
  const hint = `\`ringmain runs show ${id}\` has its calls.`;
  if (error === undefined) return new RingmainError("STEP_FAILED", `The run ${id} was cancelled.`, { hint });
  return new RingmainError(error.code, `${error.step ?? id}: ${error.message}`, { hint: error.hint ?? hint });
}

function stillWaiting(approval: string): RingmainError {
  return new RingmainError("APPROVAL_REQUIRED", `The call waits for approval ${approval}.`, {
    details: { approval },
  });
}

function answerOf(record: JournalRecord): Extract<JournalRecord, { result: unknown }> {
  if ("error" in record) throw errorOf(record.error, record.entry);
  return record;
}

/** A recorded refusal or failure, as the call threw it the first time. */
function errorOf({ code, message, hint, retryable, policies }: CallError, entry: number): RingmainError {
  return new RingmainError(code, message, { hint, retryable, details: { policies, entry } });
}
