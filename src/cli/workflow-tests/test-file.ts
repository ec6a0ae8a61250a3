import { z } from "zod";
import { errorCodes } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { readYaml, type YamlPath } from "../../core/yaml-file.ts";
import { expandRecords, placeInRecords } from "./records.ts";

const values = z.record(z.string(), z.json());

/** What a tool answers, to every call or to those whose arguments hold what stands under `when`. */
const answer = z.strictObject({
  when: values.optional(),
  /** The whole result, as the tool's output schema has it. */
  result: z.json().optional(),
  error: z.enum(errorCodes).optional(),
  message: z.string().optional(),
  /** In a list, where each answer is given once: that this one is given again and again. */
  repeat: z.boolean().default(false),
  /** The business key (`once`) was used before: an earlier run's result is answered. */
  already_done: z.boolean().default(false),
});
export type Answer = z.output<typeof answer>;

const answers = z.record(z.string(), z.union([answer, z.array(answer).min(1)]));

const instant = z.iso.datetime({ offset: true });

const callShape = z.strictObject({
  /** `server.tool` */
  call: z.string(),
  /** Arguments that the call has; there may be others. */
  with: values.optional(),
  /** That there are no others. */
  exact: z.boolean().default(false),
  /** The path of its step, for instance `remind[inv_1]/send`. */
  step: z.string().optional(),
  /** Its business key. */
  once: z.string().optional(),
});
export type ExpectedCall = z.output<typeof callShape>;

const expectedCall = z.union([z.string().transform((call) => ({ call, exact: false })), callShape]);

const expectations = z.strictObject({
  status: z.enum(["done", "failed", "waiting"]).optional(),
  /** With `failed`: the code, and the step that failed. */
  error: z.enum(errorCodes).optional(),
  step: z.string().optional(),
  /** All calls, in the order in which they are made. */
  calls: z.array(expectedCall).optional(),
  /** The same for the calls of tools that change something; what is read is not looked at. */
  writes: z.array(expectedCall).optional(),
  /** For `calls` and `writes`. */
  any_order: z.boolean().default(false),
  /** Calls that are not made. */
  never: z.array(expectedCall).default([]),
  /** Outputs of the run; those left out are not looked at. */
  outputs: values.optional(),
});
export type Expectations = z.output<typeof expectations>;

const testCase = z.strictObject({
  name: z.string().optional(),
  inputs: values.default({}),
  /** The run's start. */
  now: instant.optional(),
  tools: answers.default({}),
  /** Business keys of loops (`once` on a for_each) whose work an earlier run did. */
  already_done: z.array(z.string()).default([]),
  expect: expectations,
});

/** `workflows/NAME.test.yaml`. */
const testFile = z.strictObject({
  /** The workflow's id; by default the file's own NAME. */
  workflow: z.string().optional(),
  /** Values by name, which answers take over with `$like: NAME`. */
  records: z.record(z.string(), values).default({}),
  /** What holds for every case that does not say otherwise; `tools` and `inputs` one by one. */
  defaults: z
    .strictObject({ inputs: values.default({}), now: instant.optional(), tools: answers.default({}) })
    .prefault({}),
  cases: z.array(testCase).min(1),
});

/** The start of a run whose case names none: a Monday. */
const defaultNow = "2026-01-05T09:00:00Z";

/** One run and what it is to do. */
export interface WorkflowCase {
  name: string;
  file: string;
  line: number;
  /** The id of the workflow. */
  workflow: string;
  now: Date;
  inputs: Record<string, Json>;
  /** By tool: one answer for all calls, or a list of which each is given once. */
  tools: ReadonlyMap<string, PlacedAnswers>;
  alreadyDone: ReadonlySet<string>;
  expect: Expectations;
  /** Makes a problem at a member of the case, or of the defaults that it comes from. */
  problemAt(path: YamlPath, fault: CaseFault, atKey?: boolean): Problem;
  /** The line of a member of the case. */
  lineOf(path: YamlPath): number;
}

interface CaseFault {
  code: string;
  message: string;
  hint?: string | undefined;
}

export interface PlacedAnswers {
  each: readonly Answer[];
  /** That the one answer stands for every call. */
  single: boolean;
}

/** Reads a file of cases. Returns them, or what is wrong with the file. */
export function readTestFile(file: string, text: string): { cases: WorkflowCase[]; problems: Problem[] } {
  const read = readYaml({ file, text, schema: testFile });
  const { value } = read;
  if (value === undefined) return { cases: [], problems: read.problems };
  const { defaults } = value;
  const workflow = value.workflow ?? file.slice(file.lastIndexOf("/") + 1).replace(/\.test\.yaml$/, "");
  const problems: Problem[] = [];

  const cases = value.cases.map((written, index): WorkflowCase => {
    const placed = (path: YamlPath): YamlPath => {
      const [member = "", name = ""] = path;
      const ofDefaults =
        (member === "tools" || member === "inputs") &&
        !Object.hasOwn(written[member], name) &&
        Object.hasOwn(defaults[member], name);
      return ofDefaults ? ["defaults", ...path] : ["cases", index, ...path];
    };
    const problemAt: WorkflowCase["problemAt"] = (path, { code, message, hint }, atKey = false) =>
      (atKey ? read.problemAtKey : read.problemAt)(placeInRecords(value, placed(path)), code, message, hint);
    const lineOf = (path: YamlPath) => problemAt(path, { code: "", message: "" }).line;
    const tools = Object.entries({ ...defaults.tools, ...written.tools }).map(
      ([tool, given]): [string, PlacedAnswers] => {
        const single = !Array.isArray(given);
        const each = (single ? [given] : given).map((one, place): Answer => {
          const at = single ? ["tools", tool] : ["tools", tool, place];
          problems.push(...answerFaults(one).map((fault) => problemAt(at, fault)));
          if (one.result === undefined) return one;
          const faults: Problem[] = [];
          const result = expandRecords(one.result, value.records, (path, fault) => {
            faults.push(problemAt([...at, "result", ...path], fault));
          });
          problems.push(...faults);
          // what an unknown record leaves missing is no fault of its own
          return faults.length > 0 ? { ...one, result: undefined } : { ...one, result };
        });
        return [tool, { each, single }];
      },
    );
    return {
      name: written.name ?? `case ${index + 1}`,
      file,
      line: read.problemAt(["cases", index], "", "").line,
      workflow,
      now: new Date(written.now ?? defaults.now ?? defaultNow),
      inputs: { ...defaults.inputs, ...written.inputs },
      tools: new Map(tools),
      alreadyDone: new Set(written.already_done),
      expect: written.expect,
      problemAt,
      lineOf,
    };
  });
  return { cases, problems };
}

function answerFaults({ result, error, message, already_done }: Answer): CaseFault[] {
  const code = "invalid-value";
  if ((result === undefined) === (error === undefined))
    return [{ code, message: "An answer is either a result or an error.", hint: "Write result: or error:." }];
  if (error === undefined && message !== undefined)
    return [{ code, message: "Only an error has a message.", hint: "Leave message out." }];
  if (error !== undefined && already_done)
    return [{ code, message: "What was done already has a result.", hint: "Leave error out." }];
  return [];
}
