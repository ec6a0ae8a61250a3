import type { DatabaseSync } from "node:sqlite";
import type { Entry } from "../../audit/entry.ts";
import { parseEntry } from "../../audit/read.ts";
import type { PrincipalLimits } from "../../core/agent-file.ts";
import { RingmainError } from "../../core/errors.ts";
import { isRecord } from "../../core/json.ts";
import type { ToolDescription } from "../../core/tool-description.ts";
import { toolId } from "../../core/tool-description.ts";
import { everyone, listPauses, type Pause } from "../../identity/pauses.ts";
import { createExplanation, type RuleVerdict } from "../../policy/explain-decision.ts";
import { grantPlaces } from "../../workspace/grant-place.ts";
import { grantsOf, limitsOf, rolesOf, type Workspace } from "../../workspace/load-workspace.ts";
import { type Cause, causeFinder } from "../why/cause.ts";

/** What was decided, as an entry says it or as it would be decided now. */
export type Outcome = "allow" | "deny" | "approval";

/** Values that a policy may have looked at, or why they are not there. */
export type Recorded =
  | { values: Record<string, unknown> }
  | { missing: "erased" | "not recorded" | "not kept" };

export interface EntryExplanation {
  entry: Entry;
  /** What the trail and the files tell of it: the grant, the policies, the run, the approval. */
  cause: Cause;
  /** What the entry says was decided; undefined when the call ended before a decision. */
  decided: Outcome | undefined;
  arguments: Recorded;
  facts: Recorded;
  /** Each policy that the entry names: as it stands today, or no more. */
  policies: { id: string; today?: RuleVerdict }[];
  /** How the same call would be decided with today's files, or why that cannot be told. */
  today: { decided: Outcome; policies: string[]; grant: string | undefined } | { unknown: string };
  /** The limits that bind the caller today: its own, or those of each of its roles. */
  limits: { of: string; limits: PrincipalLimits }[];
  /** What is paused now and concerns the caller. */
  pauses: Pause[];
}

/** Explains the decision about an entry. Throws NOT_FOUND when there is no such entry. */
export function explainEntry(options: {
  workspace: Workspace;
  database: DatabaseSync;
  tools: readonly ToolDescription[];
  seq: number;
}): EntryExplanation {
  const { workspace, database, tools, seq } = options;
  const row = database
    .prepare(
      "SELECT e.body, p.* FROM audit_entry e LEFT JOIN audit_payload p ON p.seq = e.seq WHERE e.seq = ?",
    )
    .get(seq);
  if (row === undefined) {
    throw new RingmainError("NOT_FOUND", `There is no entry ${seq}.`, {
      hint: "`ringmain audit tail` shows the numbers of the newest ones.",
    });
  }
  const entry = parseEntry(row.body);
  const found = causeFinder(workspace, database)(entry);
  const body: unknown = JSON.parse(String(row.body));
  const args = recorded(row.arguments, hasMember(body, "arguments_commitment"));
  const facts = recorded(row.facts, hasMember(body, "facts_commitment"));
  const { principal } = entry;
  const roles = principal.startsWith("user:") ? rolesOf(workspace, principal.slice("user:".length)) : [];

  const explain = createExplanation({ grants: grantsOf(workspace), policies: workspace.policies, tools });
  const given = { arguments: valuesOf(args), facts: valuesOf(facts) };
  const now = explain({ principal, roles, tool: entry.tool, ...given });
  const cause = withGrant(found, now.grant);
  const named = cause.policies.map(({ id }) => {
    const today = now.rules.find((rule) => rule.id === id);
    return { id, ...(today !== undefined && { today }) };
  });
  const limits = limitsOf(workspace);
  const grantees = principal.startsWith("user:") ? roles.map((role) => `role:${role}`) : [principal];
  const bound = grantees.flatMap((of) => {
    const own = limits.get(of) ?? {};
    return Object.keys(own).length > 0 ? [{ of, limits: own }] : [];
  });
  return {
    entry,
    cause,
    decided: decidedIn(entry, cause),
    arguments: args,
    facts,
    policies: named,
    today: today(),
    limits: bound,
    pauses: listPauses(database).filter(
      (pause) => pause.principal === everyone || pause.principal === principal,
    ),
  };

  /** A refusal names no grant, but policies are asked only about what a grant opens: today's files say which. */
  function withGrant(known: Cause, line: string | undefined): Cause {
    if (known.grant !== undefined || known.policies.length === 0 || line === undefined) return known;
    return { ...known, grant: { line, places: grantPlaces(workspace, principal, line), byToday: true } };
  }

  function today(): EntryExplanation["today"] {
    const tool = tools.find((candidate) => toolId(candidate) === entry.tool);
    if (entry.kind !== "call") return { unknown: "only calls are decided by grants and policies" };
    if (tool === undefined) return { unknown: `there is no tool ${entry.tool} today` };
    const needs = (root: string) =>
      now.rules.filter(({ looksAt }) => looksAt.some((path) => path.startsWith(root)));
    for (const [name, values, root] of [
      ["arguments", args, "arguments."],
      ["facts", facts, "facts."],
    ] as const) {
      const ids = needs(root).map(({ id }) => id);
      if (now.grant !== undefined && "missing" in values && ids.length > 0)
        return {
          unknown: `${ids.join(" and ")} ${ids.length === 1 ? "looks" : "look"} at ${name}, and they ${goneText(values.missing)}`,
        };
    }
    const { allowed, policies } = now.decision;
    if (allowed) return { decided: "allow", policies: [], grant: now.grant };
    const asks = now.decision.code === "APPROVAL_REQUIRED";
    return { decided: asks ? "approval" : "deny", policies, grant: now.grant };
  }
}

/** `were erased`, for people. */
export function goneText(missing: "erased" | "not recorded" | "not kept"): string {
  return { erased: "were erased", "not recorded": "were not recorded", "not kept": "were too large to keep" }[
    missing
  ];
}

/** The value at a path such as `facts.balance.minor`, or undefined. */
export function valueAt(
  path: string,
  { arguments: args, facts }: Pick<EntryExplanation, "arguments" | "facts">,
): unknown {
  const roots: unknown = { arguments: valuesOf(args), facts: valuesOf(facts) };
  return path.split(".").reduce((node, key) => (isRecord(node) ? node[key] : undefined), roots);
}

function recorded(text: unknown, committed: boolean): Recorded {
  if (typeof text !== "string") return { missing: committed ? "erased" : "not recorded" };
  const values: unknown = JSON.parse(text);
  if (!isRecord(values)) return { missing: "not kept" };
  return typeof values.omitted === "string" && typeof values.length === "number"
    ? { missing: "not kept" }
    : { values };
}

function valuesOf(kept: Recorded): Record<string, unknown> {
  return "values" in kept ? kept.values : {};
}

function hasMember(body: unknown, name: string): boolean {
  return isRecord(body) && body[name] !== undefined;
}

/** A call that a person said yes to was one that policies asked about. */
function decidedIn(entry: Entry, { approval }: Cause): Outcome | undefined {
  if (entry.kind !== "call") return undefined;
  if (entry.error === "APPROVAL_REQUIRED" || entry.error === "APPROVAL_REJECTED" || approval !== undefined)
    return "approval";
  if (entry.error === "POLICY_DENIED") return "deny";
  return entry.decision === "allow" ? "allow" : undefined;
}
