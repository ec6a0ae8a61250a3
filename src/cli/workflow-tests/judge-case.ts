import type { Json } from "../../core/json.ts";
import type { YamlPath } from "../../core/yaml-file.ts";
import { alignCalls, isAsExpected } from "./align-calls.ts";
import { differencesOf } from "./differences.ts";
import type { CaseRun, MadeCall } from "./run-case.ts";
import type { ExpectedCall, WorkflowCase } from "./test-file.ts";

/** One way in which a run is not as its case expects. */
export interface Difference {
  /** In a sentence. */
  message: string;
  /** What of the run is meant: `status`, `call 2 accounting.send_reminder, level`, `outputs.total`. */
  about: string;
  expected?: Json;
  actual?: Json;
  /** Where the expectation stands. */
  file: string;
  line: number;
}

/** Holds a run against what its case expects. Returns what differs; nothing when all is as expected. */
export function judgeCase(
  testCase: WorkflowCase,
  run: CaseRun,
  isWrite: (tool: string) => boolean,
): Difference[] {
  const { expect, file, lineOf } = testCase;
  const differ = (path: YamlPath, difference: Omit<Difference, "file" | "line">): Difference => ({
    ...difference,
    file,
    line: lineOf(path),
  });
  const { calls, writes } = expect;
  const lists = [
    ...(calls === undefined ? [] : [{ member: "calls", expected: calls, made: run.calls }]),
    ...(writes === undefined
      ? []
      : [{ member: "writes", expected: writes, made: run.calls.filter(({ tool }) => isWrite(tool)) }]),
  ];
  return [
    ...endingDifferences(testCase, run, differ),
    ...lists.flatMap((list) => callDifferences(list, expect.any_order, differ)),
    ...expect.never.flatMap((unwanted, index) =>
      run.calls
        .filter((made) => isAsExpected(unwanted, made))
        .map((made) =>
          differ(["expect", "never", index], {
            message: `${made.tool} was called at ${made.step}, which must never be.`,
            about: `never ${unwanted.call}`,
            actual: made.arguments,
          }),
        ),
    ),
    ...outputDifferences(testCase, run, differ),
  ];
}

type Differ = (path: YamlPath, difference: Omit<Difference, "file" | "line">) => Difference;

function endingDifferences({ expect }: WorkflowCase, run: CaseRun, differ: Differ): Difference[] {
  const { error } = run;
  if (run.status === "unanswered") {
    const { step = "", message = "" } = error ?? {};
    const made = run.calls.find((call) => call.step === step);
    return [
      differ(["tools"], {
        message: `The call at ${step} has no answer: ${message}.`,
        about: `answer of ${made?.tool}`,
        actual: made?.arguments ?? {},
      }),
    ];
  }
  const wanted =
    expect.status ?? (expect.error === undefined && expect.step === undefined ? "done" : "failed");
  if (run.status !== wanted) {
    const why = error === undefined ? "" : ` ${error.code} at ${error.step}: ${error.message}`;
    const message = `The run is ${run.status}, not ${wanted}.${why}`;
    return [differ(["expect", "status"], { message, about: "status", expected: wanted, actual: run.status })];
  }
  return (["error", "step"] as const).flatMap((member) => {
    const expected = expect[member];
    const actual = member === "error" ? error?.code : error?.step;
    if (expected === undefined || expected === actual) return [];
    const message = `The run failed with ${error?.code} at ${error?.step}: ${error?.message}`;
    return [differ(["expect", member], { message, about: member, expected, actual: actual ?? null })];
  });
}

function callDifferences(
  {
    member,
    expected,
    made,
  }: { member: string; expected: readonly ExpectedCall[]; made: readonly MadeCall[] },
  anyOrder: boolean,
  differ: Differ,
): Difference[] {
  return alignCalls(expected, made, { anyOrder }).flatMap(({ expected: one, index = 0, made: call }) => {
    if (one === undefined) {
      if (call === undefined) return [];
      const message = `${call.tool} was called at ${call.step}, which is not expected.`;
      return [
        differ(["expect", member], { message, about: `one more of ${member}`, actual: call.arguments }),
      ];
    }
    const at = ["expect", member, index];
    const about = `${member}[${index}] ${one.call}`;
    if (call === undefined) {
      const message = `${one.call} was not called${one.step === undefined ? "" : ` at ${one.step}`}.`;
      return [differ(at, { message, about, expected: one.with ?? {} })];
    }
    const named = (["step", "once"] as const).flatMap((name) => {
      const [wanted, actual] = [one[name], call[name] ?? null];
      if (wanted === undefined || wanted === actual) return [];
      const message = `${one.call} at ${call.step}: its ${name} differs.`;
      return [differ([...at, name], { message, about: `${about}, ${name}`, expected: wanted, actual })];
    });
    const differences = differencesOf(one.with ?? {}, call.arguments, { exact: one.exact });
    return [
      ...named,
      ...differences.map(({ path, ...values }) =>
        differ([...at, "with", ...path], {
          message: `${one.call} at ${call.step}: ${pathText(path)} differs.`,
          about: `${about}, ${pathText(path)}`,
          ...values,
        }),
      ),
    ];
  });
}

function outputDifferences({ expect }: WorkflowCase, run: CaseRun, differ: Differ): Difference[] {
  const { outputs } = expect;
  if (outputs === undefined || run.outputs === undefined) return [];
  return differencesOf(outputs, run.outputs).map(({ path, ...values }) => {
    const about = `outputs.${pathText(path)}`;
    return differ(["expect", "outputs", ...path], { message: `${about} differs.`, about, ...values });
  });
}

/** `lines[0].sku` */
function pathText(path: YamlPath): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
    "",
  );
}
