import { didYouMean } from "../core/closest.ts";
import { grantFor } from "../core/grants.ts";
import { toolId } from "../core/tool-description.ts";
import { type AnswerLimits, createAnswerLimits } from "./answer-limits.ts";
import type { PolicyTool } from "./cedar-schema.ts";
import {
  createEvaluator,
  type ForbidRule,
  readForbids,
  type Slices,
  slicesFor,
  type Verdict,
} from "./forbid-rules.ts";
import type { CedarPrincipal } from "./policy-scope.ts";

export interface AccessOptions {
  /** The `tools:` lists, by `agent:NAME`, `client:NAME` and `role:NAME`. Only these open anything. */
  grants: ReadonlyMap<string, readonly string[]>;
  /** The texts of `policies/*.cedar`, with their files relative to the workspace. */
  policies: readonly { file: string; text: string }[];
  tools: readonly PolicyTool[];
}

/** A verified caller. */
export interface Caller {
  /** `agent:NAME`, `client:NAME` or `user:NAME`. */
  principal: string;
  /** The roles of a person; agents and clients have none, whatever stands here. */
  roles: readonly string[];
}

export interface AccessRequest extends Caller {
  /** `server.tool` */
  tool: string;
  /** As the tool's input schema left them. */
  arguments: Readonly<Record<string, unknown>>;
  /** The facts of the record that the call is about; empty when the tool has none. */
  facts: Readonly<Record<string, unknown>>;
}

export type Decision =
  /** `policies` are the ids of the rules that looked at the call and let it pass. */
  | {
      allowed: true;
      policies: string[];
      /** Present when the answer is not to be shown as it is. */
      limits?: AnswerLimits;
    }
  | {
      allowed: false;
      code: "POLICY_DENIED" | "APPROVAL_REQUIRED";
      /** The ids of the policies that refused it; empty when no grant opens it. */
      policies: string[];
      message: string;
      hint?: string;
      /** Whom the policies ask, when a person may say yes to the call. */
      asks?: readonly RoleAsked[];
      /** Present when the answer of a call that a person says yes to is not to be shown as it is. */
      limits?: AnswerLimits;
    };

/** A role that a policy asks. */
export interface RoleAsked {
  /** As `@approval` names it. */
  role: string;
  /** The policy's id. */
  policy: string;
  /** `policies/limits.cedar:6` */
  place: string;
}

export interface Access {
  /** The line of a `tools:` list that opens a tool (`server.tool`) to a caller, or undefined when none does. */
  opens(who: Caller, tool: string): string | undefined;
  /** Decides one call. Never throws: whatever goes wrong is a refusal. */
  decide(request: AccessRequest): Decision;
  /**
   * What policies withhold of the stored answer of an earlier call that is given again: by the facts of now, or, when
   * they cannot be read, all that the policies could withhold. Never throws.
   */
  limitsOfReplay(
    request: Omit<AccessRequest, "facts"> & { facts: AccessRequest["facts"] | undefined },
  ): AnswerLimits | undefined;
  /** Whether a policy could concern a caller's calls of a tool, so that its facts are needed. */
  concerns(who: Caller, tool: string): boolean;
  /** Whether a policy could withhold a part of what a tool answers a caller. */
  withholds(who: Caller, tool: string): boolean;
  /**
   * Loads Cedar and parses what this caller's calls of a tool need, so that the first decision does not do it with a
   * transaction open. Does nothing when no policy could concern them.
   */
  prepare(who: Caller, tool: string): void;
}

/** What of a decision does not depend on the call's own values: the same for all of a caller's calls of a tool. */
interface Standing {
  grant: string;
  who: CedarPrincipal;
  slices: Slices;
  /** Whether one of its rules withholds a part of answers. */
  withholds: boolean;
  limitsWith: ReturnType<typeof createAnswerLimits>;
}

/**
 * Permission decisions. Grants are looked up in memory and open; Cedar's forbids narrow, and Cedar runs, and is
 * loaded, only for a call that a forbid's scope could match.
 */
export function createAccess({ grants, policies, tools }: AccessOptions): Access {
  const rules = readForbids(policies);
  const evaluator = createEvaluator();
  // by principal, and then by roles: one text of both could be made to look like another caller's
  const known = new Map(
    tools.map((tool) => [
      toolId(tool),
      { tool, standings: new Map<string, ReadonlyMap<string, Standing | undefined>>() },
    ]),
  );

  const standingAnew = (caller: Caller, tool: PolicyTool): Standing | undefined => {
    const who = toCedarPrincipal(caller);
    if (who === undefined) return undefined;
    const lines = granteesOf(caller).flatMap((grantee) => grants.get(grantee) ?? []);
    const grant = grantFor(lines, tool);
    if (grant === undefined) return undefined;
    const slices = slicesFor(rules, who, tool);
    const withholds = slices.items !== undefined || (slices.call?.rules ?? []).some(isMask);
    return { grant, who, slices, withholds, limitsWith: createAnswerLimits(tool) };
  };

  const standingOf = (caller: Caller, id: string): Standing | undefined => {
    const entry = known.get(id);
    if (entry === undefined) return undefined;
    const roles = caller.roles.length === 0 ? "" : JSON.stringify(caller.roles);
    const remembered = entry.standings.get(caller.principal);
    if (remembered?.has(roles)) return remembered.get(roles);
    const standing = standingAnew(caller, entry.tool);
    entry.standings.set(caller.principal, new Map([...(remembered ?? []), [roles, standing]]));
    return standing;
  };

  const judgeCall = (
    { slices, who }: Standing,
    args: AccessRequest["arguments"],
    facts: AccessRequest["facts"],
  ): Verdict =>
    slices.call === undefined ? { kind: "passed" } : evaluator.judge(slices.call, who, args)(facts);

  /** What the answer lacks when these rules hold; undefined when it is shown whole. */
  const limitsBy = (
    holding: readonly ForbidRule[],
    { slices, who, limitsWith }: Standing,
    args: AccessRequest["arguments"],
  ): AnswerLimits | undefined => {
    const { items } = slices;
    const marks = holding.flatMap((rule) => rule.marks);
    if (marks.length === 0 && items === undefined) return undefined;
    return limitsWith({ marks, judgeItem: items && evaluator.judge(items, who, args) });
  };

  return {
    opens: (who, tool) => standingOf(who, tool)?.grant,
    decide(request) {
      const standing = standingOf(request, request.tool);
      if (standing === undefined) return noGrant(request, [...known.keys()]);
      const { call, items } = standing.slices;
      if (call === undefined && items === undefined) return { allowed: true, policies: [] };
      const verdict = judgeCall(standing, request.arguments, request.facts);
      if (verdict.kind === "failed") return failed(verdict.rules, verdict.reason);
      const holding = verdict.kind === "forbidden" ? verdict.rules : [];
      const refusing = holding.filter((rule) => !isMask(rule));
      const limits = limitsBy(holding, standing, request.arguments);
      if (refusing.length > 0) return forbidden(request, refusing, limits);
      const policies = idsOf([...(call?.rules ?? []), ...(items?.rules ?? [])]);
      return { allowed: true, policies, ...(limits && { limits }) };
    },
    limitsOfReplay(request) {
      const standing = standingOf(request, request.tool);
      if (standing === undefined || !standing.withholds) return undefined;
      const { facts } = request;
      const verdict = facts && judgeCall(standing, request.arguments, facts);
      const all = standing.slices.call?.rules ?? [];
      const holding = verdict === undefined || verdict.kind === "failed" ? all : rulesOf(verdict);
      return limitsBy(holding, standing, request.arguments);
    },
    concerns(who, tool) {
      const { call, items } = standingOf(who, tool)?.slices ?? {};
      return call !== undefined || items !== undefined;
    },
    withholds: (who, tool) => standingOf(who, tool)?.withholds ?? false,
    prepare(who, tool) {
      const { call, items } = standingOf(who, tool)?.slices ?? {};
      if (call !== undefined) evaluator.prepare(call);
      if (items !== undefined) evaluator.prepare(items);
    },
  };
}

function isMask(rule: ForbidRule): boolean {
  return rule.kind === "mask";
}

function rulesOf(verdict: Verdict): readonly ForbidRule[] {
  return verdict.kind === "passed" ? [] : verdict.rules;
}

const cedarTypes: ReadonlyMap<string, string> = new Map([
  ["agent", "Agent"],
  ["client", "Client"],
  ["user", "User"],
]);

/** Undefined for a principal of an unknown kind, and for the anonymous one: nothing opens to them. */
export function toCedarPrincipal(who: Caller): CedarPrincipal | undefined {
  const { kind, name } = splitPrincipal(who.principal);
  const type = cedarTypes.get(kind);
  if (type === undefined || name === "" || who.principal === "client:anonymous") return undefined;
  return { type, id: name, roles: rolesOf(who) };
}

function splitPrincipal(principal: string): { kind: string; name: string } {
  const colon = principal.indexOf(":");
  return { kind: principal.slice(0, Math.max(0, colon)), name: principal.slice(colon + 1) };
}

function rolesOf(who: Caller): readonly string[] {
  return who.principal.startsWith("user:") ? who.roles : [];
}

/** Whose `tools:` lists open tools to a caller: a person's roles', anyone else's own. */
export function granteesOf(who: Caller): readonly string[] {
  return who.principal.startsWith("user:") ? who.roles.map((role) => `role:${role}`) : [who.principal];
}

function noGrant({ principal, roles, tool }: AccessRequest, known: readonly string[]): Decision {
  const missing = !known.includes(tool);
  const message = `${principal} has no grant for ${tool}`;
  return {
    allowed: false,
    code: "POLICY_DENIED",
    policies: [],
    message: missing ? `${message}, and there is no such tool` : message,
    hint: (missing ? didYouMean(tool, known) : undefined) ?? grantHint(principal, roles, tool),
  };
}

function grantHint(principal: string, roles: readonly string[], tool: string): string {
  const { kind, name } = splitPrincipal(principal);
  if (principal === "client:anonymous") return "Call with a credential; ringmain connect makes one.";
  if (kind === "agent") return `Add ${tool} to tools: in agents/${name}.md.`;
  if (kind === "client") return `Add ${tool} to tools: of ${name} under clients: in ringmain.yaml.`;
  if (roles.length === 0) return `Add ${name} to the members of a role in ringmain.yaml.`;
  return `Add ${tool} to tools: of ${roles.join(" or ")} under roles: in ringmain.yaml.`;
}

function forbidden(
  { principal, tool }: AccessRequest,
  rules: readonly ForbidRule[],
  limits: AnswerLimits | undefined,
): Decision {
  const refusing = rules.filter((rule) => rule.approval === undefined);
  if (refusing.length > 0) {
    const message = `${principal} may not call ${tool} here: ${named(refusing)} forbids it`;
    return {
      allowed: false,
      code: "POLICY_DENIED",
      policies: idsOf(rules),
      message,
      hint: placesOf(refusing),
    };
  }
  const asks = rules.map(({ id, place, approval = "" }) => ({ role: approval, policy: id, place }));
  const roles = [...new Set(asks.map(({ role }) => role))].join(" and ");
  return {
    allowed: false,
    code: "APPROVAL_REQUIRED",
    policies: idsOf(rules),
    message: `${tool} needs the approval of ${roles} (${named(rules)})`,
    hint: placesOf(rules),
    asks,
    ...(limits && { limits }),
  };
}

function failed(rules: readonly ForbidRule[], reason: string | undefined): Decision {
  const message = `the ${named(rules)} could not be evaluated, so the call is refused`;
  const hint = reason ?? placesOf(rules);
  return { allowed: false, code: "POLICY_DENIED", policies: idsOf(rules), message, hint };
}

function idsOf(rules: readonly ForbidRule[]): string[] {
  return rules.map((rule) => rule.id);
}

function named(rules: readonly ForbidRule[]): string {
  return `${rules.length === 1 ? "policy" : "policies"} ${idsOf(rules).join(", ")}`;
}

function placesOf(rules: readonly ForbidRule[]): string {
  return `See ${rules.map((rule) => rule.place).join(", ")}.`;
}
