import { grantFor } from "../core/grants.ts";
import { toolId } from "../core/tool-description.ts";
import { type AccessOptions, type Caller, granteesOf, toCedarPrincipal } from "./access.ts";
import type { PolicyTool } from "./cedar-schema.ts";
import { alwaysForbids, isFixed } from "./fixed-rule.ts";
import { createEvaluator, type ForbidRule, readForbids, slicesFor } from "./forbid-rules.ts";
import type { CedarPrincipal } from "./policy-scope.ts";

/**
 * What may become of a principal's calls of a tool, whatever their arguments and records: `allow` and `deny` are
 * certain; with `conditional` a policy may refuse, and with `approval` a policy may, or will, ask a role.
 */
export type Reaching = "allow" | "conditional" | "approval" | "deny";

/** A policy that may have a say in a principal's calls of a tool. */
export interface ReachingPolicy {
  id: string;
  /** `policies/limits.cedar:2` */
  place: string;
  /** The role it asks; absent when it refuses. */
  approval?: string;
  /** What of the answer it withholds, when it lets the call pass. */
  withholds?: "fields" | "records";
  /** Whether it does so at every call; otherwise its conditions decide. */
  always: boolean;
}

export interface Reach {
  access: Reaching;
  /** The line of a `tools:` list that opens the tool; without one no policy matters. */
  grant?: string;
  /** Those that decide a `deny`; else all that may have a say. */
  policies: ReachingPolicy[];
  /** Set when policies that cannot be read refuse every call. */
  broken?: true;
}

/**
 * Prepares the question what a caller may do with a tool (`server.tool`). Limits and pauses are not looked at: they
 * change from call to call.
 */
export function createReach({
  grants,
  policies,
  tools,
}: AccessOptions): (who: Caller, tool: string) => Reach {
  const rules = readForbids(policies);
  const evaluator = createEvaluator();
  const byId = new Map(tools.map((tool) => [toolId(tool), tool]));

  return (caller, id) => {
    const tool = byId.get(id);
    const who = toCedarPrincipal(caller);
    const lines = granteesOf(caller).flatMap((grantee) => grants.get(grantee) ?? []);
    const grant = tool === undefined || who === undefined ? undefined : grantFor(lines, tool);
    if (tool === undefined || who === undefined || grant === undefined)
      return { access: "deny", policies: [] };
    const { call, items } = slicesFor(rules, who, tool);
    const parsed = call && evaluator.prepare(call);
    if (parsed !== undefined && "broken" in parsed) {
      const broken = parsed.broken.map((rule) => toldPolicy(rule, true));
      return { access: "deny", grant, policies: broken, broken: true };
    }
    const concerned = [...(call?.rules ?? []), ...(items?.rules ?? [])];
    return { grant, ...reachThrough(concerned, who, tool) };
  };
}

function reachThrough(
  rules: readonly ForbidRule[],
  who: CedarPrincipal,
  tool: PolicyTool,
): Pick<Reach, "access" | "policies"> {
  const policies = rules.flatMap((rule) => {
    if (!isFixed(rule)) return [toldPolicy(rule, false)];
    return alwaysForbids(rule, who, tool) ? [toldPolicy(rule, true)] : [];
  });
  const refusing = policies.filter(({ withholds }) => withholds === undefined);
  const certain = refusing.filter(({ always, approval }) => always && approval === undefined);
  if (certain.length > 0) return { access: "deny", policies: certain };
  if (refusing.some(({ approval }) => approval !== undefined)) return { access: "approval", policies };
  return { access: refusing.length > 0 ? "conditional" : "allow", policies };
}

function toldPolicy({ id, place, approval, kind }: ForbidRule, always: boolean): ReachingPolicy {
  const withholds = kind === "mask" ? "fields" : kind === "records" ? "records" : undefined;
  return { id, place, ...(approval !== undefined && { approval }), ...(withholds && { withholds }), always };
}
