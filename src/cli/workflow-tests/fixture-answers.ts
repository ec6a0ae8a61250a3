import { RingmainError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { CallTool, ToolCall } from "../../engine/tool-caller.ts";
import { differencesOf } from "./differences.ts";
import type { Answer, PlacedAnswers } from "./test-file.ts";

/** No answer of the case stands for a call: the case says too little, and the run cannot go on. */
export class Unanswered extends Error {
  readonly call: ToolCall;

  constructor(call: ToolCall, why: string) {
    super(why);
    this.call = call;
  }
}

/**
 * Answers calls from the fixtures of a case. The answers to one tool are looked through from the top: the first that
 * is left and whose `when` the arguments fit is given. A business key that was used before in the run is answered
 * with the same result, as a server would. Throws Unanswered.
 */
export function createFixtureAnswers(runId: string, tools: ReadonlyMap<string, PlacedAnswers>): CallTool {
  const used = new Set<Answer>();
  const byKey = new Map<string, { result: Json; entry: number }>();
  let entry = 0;

  const choose = (call: ToolCall): Answer => {
    const { each, single } = tools.get(call.tool) ?? { each: [], single: false };
    const fitting = each.filter(({ when }) => when === undefined || fits(when, call.arguments));
    const found = fitting.find((answer) => !used.has(answer));
    if (found === undefined)
      throw new Unanswered(call, whyUnanswered(call.tool, each.length, fitting.length));
    if (!single && !found.repeat) used.add(found);
    return found;
  };

  return async (call) => {
    entry += 1;
    const key = call.once === undefined ? undefined : `${call.tool} ${call.once}`;
    const before = key === undefined ? undefined : byKey.get(key);
    if (before !== undefined) return { ...before, replayed: { entry: before.entry, run: runId } };
    const { result, error, message, already_done } = choose(call);
    if (result === undefined) throw errorOf(error ?? "INTERNAL", message, `approval_${entry}`);
    if (key !== undefined) byKey.set(key, { result, entry });
    return { result, entry, ...(already_done && { replayed: { entry: 0, run: "run_before" } }) };
  };
}

function fits(expected: Record<string, Json>, actual: Record<string, Json>): boolean {
  return differencesOf(expected, actual).length === 0;
}

function errorOf(code: RingmainError["code"], message: string | undefined, approval: string): RingmainError {
  const details = code === "APPROVAL_REQUIRED" ? { approval } : undefined;
  return new RingmainError(code, message ?? `The test answers with ${code}.`, { details });
}

function whyUnanswered(tool: string, answers: number, fitting: number): string {
  if (answers === 0) return `the case has no answer of ${tool}`;
  if (fitting === 0) return `no answer of ${tool} fits its arguments`;
  return `every answer of ${tool} was given already`;
}
