import { z } from "zod";
import { isRecord, type Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { readYaml, type YamlFile } from "../../core/yaml-file.ts";

const values = z.record(z.string(), z.json());

const call = {
  /** `agent:collector`, `client:claude-desktop`, `user:maria`, or `role:finance`: anybody with that role alone. */
  who: z.string().optional(),
  /** `server.tool` */
  tool: z.string().optional(),
  /** Those that a policy looks at; the others may be left out. */
  arguments: values.default({}),
  facts: values.default({}),
};

/** What stands in the place of a policy's id where no grant opens the tool. */
export const noGrant = "no grant";

const testCase = z.strictObject({
  /** What it shows, for people. */
  name: z.string().optional(),
  ...call,
  expect: z.enum(["allow", "deny", "approval"]),
  /** With `approval`: the role that is asked. */
  role: z.string().optional(),
  /** The policy that refuses or asks, by its id, or several of them; `no grant` where none opens the tool. */
  by: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
});

/** `policies/NAME.test.yaml`. */
const testFile = z.strictObject({
  /** What holds for every case that does not say otherwise. Arguments and facts are merged, in cases about the same tool. */
  defaults: z.strictObject(call).prefault({}),
  cases: z.array(testCase).min(1),
});

/** One decision and what it is to be. */
export interface TestCase {
  name: string;
  file: string;
  line: number;
  who: string;
  tool: string;
  arguments: Record<string, Json>;
  facts: Record<string, Json>;
  expect: "allow" | "deny" | "approval";
  role: string | undefined;
  by: readonly string[];
  /** Makes a problem at a member of the case, or of the defaults that it comes from. */
  problemAt(
    path: readonly (string | number)[],
    fault: { code: string; message: string; hint?: string | undefined },
    atKey?: boolean,
  ): Problem;
}

/** Reads a table of decisions. Returns the cases, or what is wrong with the file. */
export function readTestFile(file: string, text: string): { cases: TestCase[]; problems: Problem[] } {
  const read = readYaml({ file, text, schema: testFile });
  const { value } = read;
  if (value === undefined) return { cases: [], problems: read.problems };
  const problems: Problem[] = [];
  const cases = value.cases.flatMap((written, index) => {
    const at = placesOf(read, written, value.defaults, index);
    const who = written.who ?? value.defaults.who;
    const tool = written.tool ?? value.defaults.tool;
    if (who === undefined)
      problems.push(
        at([], {
          code: "missing-key",
          message: "who is missing",
          hint: "Write who: agent:collector, for instance.",
        }),
      );
    if (tool === undefined)
      problems.push(
        at([], { code: "missing-key", message: "tool is missing", hint: "Write tool: server.tool." }),
      );
    if (written.role !== undefined && written.expect !== "approval")
      problems.push(
        at(
          ["role"],
          {
            code: "invalid-value",
            message: "Only an approval asks a role.",
            hint: "Write expect: approval, or leave role out.",
          },
          true,
        ),
      );
    if (written.by !== undefined && written.expect === "allow")
      problems.push(
        at(
          ["by"],
          { code: "invalid-value", message: "No policy decides what is allowed.", hint: "Leave by out." },
          true,
        ),
      );
    if (who === undefined || tool === undefined) return [];
    const same = tool === value.defaults.tool;
    const found: TestCase = {
      name: written.name ?? `${who} ${tool}: ${written.expect}`,
      file,
      line: at([], { code: "", message: "" }).line,
      who,
      tool,
      arguments: same ? merged(value.defaults.arguments, written.arguments) : written.arguments,
      facts: same ? merged(value.defaults.facts, written.facts) : written.facts,
      expect: written.expect,
      role: written.role,
      by: typeof written.by === "string" ? [written.by] : (written.by ?? []),
      problemAt: at,
    };
    return [found];
  });
  return { cases, problems };
}

function placesOf(
  { problemAt, problemAtKey }: YamlFile<unknown>,
  written: unknown,
  defaults: unknown,
  index: number,
): TestCase["problemAt"] {
  return (path, { code, message, hint }, atKey = false) => {
    const ofDefaults = !has(written, path) && has(defaults, path);
    const whole = ofDefaults ? ["defaults", ...path] : ["cases", index, ...path];
    return (atKey ? problemAtKey : problemAt)(whole, code, message, hint);
  };
}

function has(value: unknown, path: readonly (string | number)[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return value !== undefined;
  return typeof value === "object" && value !== null && has(Reflect.get(value, key), rest);
}

/** Objects are merged member by member; anything else takes the place of what was there. */
function merged(base: Record<string, Json>, over: Record<string, Json>): Record<string, Json> {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    result[key] = isRecord(before) && isRecord(value) ? merged(before, value) : value;
  }
  return result;
}
