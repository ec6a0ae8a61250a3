import { z } from "zod";
import { amountLimit } from "./amount-limit.ts";
import type { Problem } from "./problem.ts";
import { type ProblemAt, readYaml } from "./yaml-file.ts";

/** `server.tool`, or `server.*` for every read tool of a server. */
export const toolPattern = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]*\.(\*|[a-z][a-z0-9_]*)$/,
    "must be server.tool or server.*, for instance crm.create_task",
  );

/** Counts and amounts that bind one principal; all but `usd*` are enforced in the transaction of each call. */
export const principalLimits = z.strictObject({
  writes_per_day: z.int().min(0).optional(),
  calls_per_day: z.int().min(0).optional(),
  calls_per_minute: z.int().min(0).optional(),
  /** What calls of a tool may move in a day: `sum(refund.amount)`. */
  amounts_per_day: z.array(amountLimit).optional(),
  usd: z.number().min(0).optional(),
  usd_per_day: z.number().min(0).optional(),
});

export type PrincipalLimits = z.infer<typeof principalLimits>;

export const frontMatter = z.strictObject({
  name: z.string().describe("The file's name, or left out.").optional(),
  description: z.string().describe("What the agent is for."),
  tools: z
    .array(toolPattern)
    .describe("What it may call: `server.tool`, or `server.*` for every tool of a server that only reads.")
    .default([]),
  model: z.string().describe("The model that answers for it; a scripted agent has none.").optional(),
  maxTurns: z.int().min(1).describe("How often the model may act before it must answer.").optional(),
  limits: principalLimits.describe("What it may do in a day or a minute: docs/limits.md.").default({}),
});

/** Who acts: the front matter of `agents/NAME.md` and the text below it. */
export interface Agent extends z.infer<typeof frontMatter> {
  /** The file's name without `.md`; the principal is `agent:<id>`. */
  id: string;
  /** Relative to the workspace. */
  file: string;
  /** The text below the front matter: the system prompt, or for a scripted agent a note for people. */
  prompt: string;
}

const fence = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** Reads one agent file. Returns the agent, or the problems that keep it from being one. */
export function parseAgent(
  id: string,
  file: string,
  source: string,
): { agent?: Agent; problems: Problem[]; problemAt?: ProblemAt } {
  const text = source.replace(/^\uFEFF/, "");
  const match = fence.exec(text);
  if (match?.[1] === undefined) {
    const message = "An agent starts with front matter between two lines of ---.";
    const hint = "Write ---, then description: and tools:, then --- and the prompt.";
    return { problems: [{ code: "agent-front-matter", message, hint, file, line: 1, column: 1 }] };
  }
  const { value, problems, problemAt } = readYaml({
    file,
    text: match[1],
    lineOffset: 1,
    schema: frontMatter,
  });
  if (value === undefined) return { problems };
  if (value.name !== undefined && value.name !== id) {
    const hint = "Leave name out: the file name is the id.";
    problems.push(
      problemAt(["name"], "agent-name", `The name "${value.name}" differs from the file name "${id}".`, hint),
    );
  }
  return { agent: { ...value, id, file, prompt: text.slice(match[0].length).trim() }, problems, problemAt };
}
