import { RingmainError } from "../../core/errors.ts";
import { limitWords } from "../../core/limit-words.ts";
import type { GlobalOptions } from "../command.ts";
import { pinnedTools } from "../pinned-tools.ts";
import { readTrail } from "../read-trail.ts";
import type { Terminal } from "../terminal.ts";
import { causeLines, timeText } from "../why/cause-text.ts";
import { causeDocument } from "../why/show-why.ts";
import { type EntryExplanation, explainEntry, goneText, type Recorded, valueAt } from "./explain-entry.ts";

/** Shows which grant and which policies decided an entry, and what they would decide today. */
export async function showExplanation(text: string, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const seq = Number(text.replace(/^#/, ""));
  if (!Number.isInteger(seq) || seq < 1) {
    throw new RingmainError("INPUT_INVALID", `"${text}" is no number of an entry.`, {
      hint: "`ringmain audit tail` shows the numbers of the newest ones.",
    });
  }
  using trail = readTrail(global.workspace);
  const { workspace, database } = trail;
  const explained = explainEntry({ workspace, database, tools: await pinnedTools(workspace, terminal), seq });
  if (json) terminal.json(document(explained));
  else for (const line of explanationLines(explained, terminal.colour)) terminal.print(line);
}

/** An explanation for people. */
export function* explanationLines(
  explained: EntryExplanation,
  colour: Terminal["colour"],
): Generator<string> {
  const { entry, cause, policies } = explained;
  yield `${colour.bold(`Entry #${entry.seq}`)}  ${timeText(entry.time)}  ${entry.outcome}${entry.error === undefined ? "" : ` ${entry.error}`}`;
  yield* causeLines({ ...cause, policies: [] }, colour);
  yield "";
  yield decisionText(explained);
  for (const { id, today } of policies) {
    if (today === undefined) {
      yield `\n  ${colour.bold(id)}  no such policy concerns this call today: it was removed, renamed or changed`;
      continue;
    }
    yield `\n  ${colour.bold(id)}  ${today.place}`;
    for (const line of today.text.split("\n")) yield colour.dim(`    ${line}`);
    for (const path of today.looksAt) yield `    ${path} = ${valueText(path, explained)}`;
  }
  yield "";
  yield `arguments  ${keptText(explained.arguments)}`;
  yield `facts      ${keptText(explained.facts)}${policies.length === 0 && "missing" in explained.facts ? ", as no policy looked at them" : ""}`;
  yield `today      ${todayText(explained)}`;
  for (const { of, limits } of explained.limits)
    yield `limits     ${limitWords(limits).join(", ")} (${of}), counted at each call`;
  for (const [path, minor, currency] of entry.spent ?? [])
    yield `counted    ${path}: ${minor}${currency === null ? "" : ` ${currency}, in its smallest unit`}`;
  for (const { principal, pausedAt, pausedBy } of explained.pauses)
    yield colour.yellow(
      `paused     ${principal === "*" ? "everyone" : principal}, since ${timeText(pausedAt)}, by ${pausedBy}`,
    );
}

function decisionText({ entry, cause, decided, policies }: EntryExplanation): string {
  if (entry.kind !== "call")
    return `No grant and no policy decides an entry of the kind ${entry.kind}: ${entry.principal} did it.`;
  if (entry.outcome === "replayed")
    return `It was answered with the stored result of entry #${entry.replay_of}; the grant opened the tool, and nothing was done again.`;
  if (entry.error === "LIMIT_EXCEEDED") return `A limit refused it, no policy: ${entry.reason ?? ""}`;
  if (entry.error === "PAUSED")
    return "It was refused because of a pause, before any grant or policy was asked.";
  const names = policies.map(({ id }) => id).join(", ");
  if (decided === "allow") {
    return names === ""
      ? "The grant allowed it; no policy concerned it."
      : `The grant allowed it, and these policies looked at it and let it pass: ${names}.`;
  }
  if (decided === "approval") {
    const by = cause.approval?.approver;
    const yes = by === undefined ? "" : `; ${by} said yes`;
    return names === ""
      ? `A policy asked a person${yes}.`
      : `These policies had a say, and a person was asked${yes}: ${names}.`;
  }
  if (decided === "deny") return names === "" ? "No grant opened the tool." : `It was refused by: ${names}.`;
  return "It ended before a grant or a policy was asked.";
}

function todayText({ entry, decided, today, policies }: EntryExplanation): string {
  if ("unknown" in today) return `cannot be told: ${today.unknown}`;
  if (entry.error === "LIMIT_EXCEEDED" && today.decided === "allow")
    return "grants and policies would allow it; whether a limit does is counted when the call is made";
  const words = { allow: "allowed", deny: "refused", approval: "asked a person about" }[today.decided];
  const by = today.policies.length > 0 ? ` by ${today.policies.join(", ")}` : "";
  const why = today.decided === "deny" && today.grant === undefined ? ", as no grant opens the tool" : by;
  const same =
    today.decided === decided && today.policies.every((id) => policies.some((policy) => policy.id === id));
  return `${same ? "the same" : "otherwise"}: it would be ${words}${why}`;
}

function valueText(path: string, explained: EntryExplanation): string {
  const kept = path.startsWith("facts.") ? explained.facts : explained.arguments;
  if ("missing" in kept) return `(${path.split(".")[0]} ${goneText(kept.missing)})`;
  const value = valueAt(path, explained);
  return value === undefined ? "(absent)" : JSON.stringify(value);
}

function keptText(kept: Recorded): string {
  return "missing" in kept ? goneText(kept.missing) : JSON.stringify(kept.values);
}

function document(explained: EntryExplanation) {
  const { cause, decided, arguments: args, facts, policies, today, limits, pauses } = explained;
  return {
    ...causeDocument(cause),
    decided,
    policies: policies.map(({ id, today: rule }) => {
      if (rule === undefined) return { id, exists: false };
      const { looksAt, ...rest } = rule;
      return {
        ...rest,
        exists: true,
        values: Object.fromEntries(looksAt.map((path) => [path, valueAt(path, explained)])),
      };
    }),
    arguments: args,
    facts,
    today,
    limits,
    pauses,
  };
}
