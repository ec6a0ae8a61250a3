import type { z } from "zod";
import { didYouMean } from "../core/closest.ts";
import { RingmainError } from "../core/errors.ts";
import { issueWords } from "../core/issue-words.ts";
import { schemaHint } from "../core/tool-description.ts";

/** Keys and step paths stand in every entry and its indexes, so they are short. */
const longestKey = 2048;

/** Why a call is refused, in words that a model or a person can act on. */
export function unknownTool(server: string, name: string, known: readonly string[]): RingmainError {
  return new RingmainError("NOT_FOUND", `${server} has no tool "${name.slice(0, 100)}".`, {
    hint: didYouMean(name, known) ?? "tools/list shows the tools you may call.",
  });
}

/** Said before anything else, so that a caller nobody knows learns nothing of the tools. */
export function noCredential(principal: string, tool: string): RingmainError {
  const message = `${principal} has no grant for ${tool.slice(0, 100)}: the call brought no credential.`;
  return new RingmainError("POLICY_DENIED", message, {
    hint: "`ringmain connect <client>` or `ringmain clients add <client>` makes one; it belongs into RINGMAIN_TOKEN.",
  });
}

export function unknownViewError(server: string, view: string): RingmainError {
  const [kind = ""] = view.split(/[:_]/);
  const [what = kind, hint] = unknownViews[kind] ?? [];
  return new RingmainError("NOT_FOUND", `${server} has no such ${what}.`, { hint });
}

/** What each kind of view is called, and where those there are can be seen. */
const unknownViews: Readonly<Record<string, [what: string, hint: string]>> = {
  resource: ["resource", "resources/list and resources/templates/list show what you may read."],
  prompt: ["prompt", "prompts/list shows the prompts you may get."],
  completion: [
    "prompt or resource template to complete",
    "prompts/list and resources/templates/list show what a ref may name.",
  ],
};

export function invalidArguments(issues: readonly z.core.$ZodIssue[]): RingmainError {
  const told = issues.slice(0, 5).map((issue) => {
    const name = issue.path.map(String).join(".") || "arguments";
    return issue.message.endsWith("received undefined")
      ? `${name} is required`
      : `${name}: ${issueWords(issue)}`;
  });
  return new RingmainError("INPUT_INVALID", told.join("; ").slice(0, 1000), {
    hint: schemaHint,
  });
}

export function pausedError(principal: string, everyone: boolean): RingmainError {
  const message = everyone ? "The whole workspace is paused." : `${principal} is paused.`;
  const command = `ringmain resume ${everyone ? "--all" : principal}`;
  return new RingmainError("PAUSED", message, { hint: `A person can let it go on with \`${command}\`.` });
}

export function endedRun(run: string): RingmainError {
  return new RingmainError("POLICY_DENIED", `The token is of run ${run}, which has ended.`, {
    hint: "Start the workflow anew: each run has a token of its own.",
  });
}

/** Throws POLICY_DENIED for the key of a step of another run: a run's token is good for its own steps only. */
export function requireOwnKey(run: { id: string } | undefined, key: string | undefined): void {
  if (run === undefined || key === undefined || key.startsWith(`${run.id}/`)) return;
  throw new RingmainError("POLICY_DENIED", `The token is of run ${run.id}, the key is not.`, {
    hint: "The keys of a run's calls begin with its id and a slash.",
  });
}

export function resultTooLarge(tool: string): RingmainError {
  return new RingmainError("STATE_INVALID", `The result of ${tool} is larger than 1 MiB.`, {
    hint: "Ask for less: a smaller limit, or a narrower filter.",
  });
}

export function unfitKey(): RingmainError {
  return new RingmainError(
    "INPUT_INVALID",
    `A key or step path must be text of 1 to ${longestKey} characters without control characters.`,
    { hint: "Make it from ids, such as an invoice number; nothing was done." },
  );
}

/** Only text that the database gives back unchanged may tell calls apart. */
export function isFitForKey(text: string | undefined): boolean {
  if (text === undefined) return true;
  return text.length > 0 && text.length <= longestKey && text.isWellFormed() && !/\p{Cc}/u.test(text);
}
