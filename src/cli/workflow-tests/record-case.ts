import { stringify } from "yaml";
import type { RecordedCall } from "../../audit/recorded-calls.ts";
import { isErrorCode, RingmainError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { RunDetails } from "../../engine/engine.ts";
import { isTransient } from "../../engine/retry.ts";
import type { CallTool } from "../../engine/tool-caller.ts";
import { type CaseRun, runInMemory } from "./run-case.ts";

/**
 * Writes a test file with one case that is a run: the answers that the trail has of its calls, and as expectation the
 * calls with all their arguments, the ending and the outputs. The plan of the run is executed again over those answers,
 * in memory, so that the case holds the calls as a test will make them; `isDone` says which business keys of loops were
 * fulfilled by other runs. Throws STATE_INVALID for a run whose answers are not all there.
 */
export async function recordCase(
  run: RunDetails,
  recorded: readonly RecordedCall[],
  isDone: (key: string) => boolean,
): Promise<string> {
  const { id, plan, status, inputs } = run;
  const now = run.startedAt ?? run.createdAt;
  if (run.erasedAt !== undefined) throw notRecordable(id, "its inputs and outputs were erased");
  if (status !== "done" && status !== "failed" && status !== "waiting") {
    const why = status === "cancelled" ? "it was cancelled" : "it has not ended";
    throw notRecordable(id, why, "Record one that is done, failed or waits for approval.");
  }
  // what was asked for again is told by its last outcome
  const last = new Map(recorded.map((call) => [call.step, call]));
  const alreadyDone: string[] = [];
  const answered: RecordedCall[] = [];
  // what cannot be answered ends the execution like a fault, for a failed step could be passed over
  const faults: RingmainError[] = [];
  const unanswerable = (error: RingmainError) => {
    faults.push(error);
    return new Error(error.message);
  };
  const callTool: CallTool = async ({ path, tool }) => {
    const call = last.get(path);
    if (call === undefined || call.tool !== tool)
      throw unanswerable(notRecordable(id, `the trail has no ${tool} at ${path}`));
    const why = call.error === undefined ? whyUnreadable(call) : undefined;
    if (why !== undefined) throw unanswerable(notRecordable(id, why));
    const { entry, error } = call;
    if (!answered.includes(call)) answered.push(call);
    if (error !== undefined) throw errorOf(error, entry);
    return { result: resultOf(call), entry, ...(isDoneBefore(call, id) && { replayed: { entry } }) };
  };
  const again = await runInMemory({
    plan,
    runId: id,
    startedAt: now,
    inputs,
    callTool,
    isDone(key) {
      const done = isDone(key);
      if (done && !alreadyDone.includes(key)) alreadyDone.push(key);
      return done;
    },
  }).catch((error: unknown) => {
    throw faults[0] ?? error;
  });
  if (again.status !== status || again.error?.code !== run.error?.code)
    throw notRecordable(id, `its answers alone lead to another end (${again.error?.code ?? again.status})`);
  return caseText(run, { now, again, answered, alreadyDone });
}

function caseText(
  run: RunDetails,
  told: { now: Date; again: CaseRun; answered: readonly RecordedCall[]; alreadyDone: readonly string[] },
): string {
  const { id, workflow, inputs, status } = run;
  const { now, again, answered, alreadyDone } = told;
  const made = new Map(again.calls.map((call) => [call.step, call]));
  const tools = Object.groupBy(answered, ({ tool }) => tool);
  const answers = Object.entries(tools).map(([tool, calls = []]) => [
    tool,
    calls.map((call) => ({ when: made.get(call.step)?.arguments ?? {}, ...answerOf(id, call) })),
  ]);
  const { outputs = {}, error } = again;
  const testCase = {
    name: `run ${id}`,
    ...(Object.keys(inputs).length > 0 && { inputs }),
    now: now.toISOString(),
    ...(alreadyDone.length > 0 && { already_done: alreadyDone }),
    tools: Object.fromEntries(answers),
    expect: {
      status,
      ...(error && { error: error.code, ...(error.step !== undefined && { step: error.step }) }),
      calls: again.calls.map(({ tool, step, once, arguments: given }) => ({
        call: tool,
        step,
        ...(once !== undefined && { once }),
        with: given,
        exact: true,
      })),
      ...(Object.keys(outputs).length > 0 && { outputs }),
    },
  };
  // no anchors: two calls with the same arguments are to be edited one by one
  const text = stringify({ workflow, cases: [testCase] }, { aliasDuplicateObjects: false, lineWidth: 0 });
  return `# Recorded from run ${id}: every answer and argument as the trail has them. docs/workflow-tests.md\n${text}`;
}

function answerOf(run: string, call: RecordedCall) {
  if (call.error !== undefined) {
    const error = errorOf(call.error, call.entry);
    const { code, message } = error;
    return { error: code, ...(message !== "" && { message }), ...(isTransient(error) && { repeat: true }) };
  }
  return { result: resultOf(call), ...(isDoneBefore(call, run) && { already_done: true }) };
}

/** A replay of the run's own call is that very call, whose answer was lost. */
function isDoneBefore({ replayed }: RecordedCall, run: string): boolean {
  return replayed !== undefined && replayed.run !== run;
}

function whyUnreadable({ result, withheld, tool, step }: RecordedCall): string | undefined {
  if (withheld) return `policies withheld a part of what ${tool} answered at ${step}`;
  return result === undefined ? `the answer of ${tool} at ${step} was erased` : undefined;
}

function resultOf({ result = "null" }: RecordedCall): Json {
  return JSON.parse(result);
}

function errorOf({ code, message }: { code: string; message: string }, entry: number): RingmainError {
  const known = isErrorCode(code) ? code : "INTERNAL";
  const details = known === "APPROVAL_REQUIRED" ? { approval: `approval_${entry}` } : { entry };
  return new RingmainError(known, message, { details });
}

function notRecordable(
  run: string,
  why: string,
  hint = "Write the case by hand; `ringmain runs show` has the calls.",
) {
  return new RingmainError("STATE_INVALID", `Run ${run} cannot be recorded: ${why}.`, { hint });
}
