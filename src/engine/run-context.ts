import type { CallError, Replay } from "../core/call-meta.ts";
import { RingmainError } from "../core/errors.ts";
import { awaitedApprovals } from "../workflow/awaited-approvals.ts";
import type { CallAnswer, CallRequest, RunContext } from "../workflow/run-context.ts";
import type { JournalRecord } from "./journal.ts";
import { createOnceMemory } from "./once-memory.ts";
import { callRetry, type Delay, retryTransient } from "./retry.ts";
import type { CallTool } from "./tool-caller.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface RunContextOptions extends Omit<RunContext, "call" | "findOnce"> {
  /** What the run had completed when this execution began. */
  completed: ReadonlyMap<string, JournalRecord>;
  /** The calls by path whose requests no person has decided yet: they are not made again. */
  undecided: ReadonlyMap<string, string>;
  /** Told of each call that waits for a person, and of its request. */
  waits(path: string, approval: string): void;
  callTool: CallTool;
  findOnce(key: string): Replay | undefined;
  delay: Delay;
  random: () => number;
}

/**
 * What the steps of one execution work with. A call that completed before is answered from the journal, one that
 * waits for a person goes on waiting; any other is sent with the key `<run id>/<path>`, and sent again while the reason
 * of its failure may pass.
 */
export function createRunContext(options: RunContextOptions): RunContext {
  const { runId, startedAt, inputs, signal, completed, undecided, callTool, delay, random } = options;
  const once = createOnceMemory(runId);

  const send = async (request: CallRequest): Promise<CallAnswer> => {
    const { path } = request;
    const call = { ...request, key: `${runId}/${path}`, signal };
    const attempt = () => unlessAborted(callTool(call), signal);
    try {
      const asked = undecided.get(path);
      if (asked !== undefined) throw stillWaiting(asked);
      return await retryTransient(attempt, { policy: callRetry, delay, random, signal });
    } catch (error) {
      for (const approval of awaitedApprovals(error)) options.waits(path, approval);
      throw error;
    }
  };

  return {
    runId,
    startedAt,
    inputs,
    signal,
    async call(request) {
      signal.throwIfAborted();
      const known = completed.get(request.path);
      const { result, entry, replayed } = known === undefined ? await send(request) : answerOf(known);
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
    report: options.report,
  };
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
