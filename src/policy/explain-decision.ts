import { toolId } from "../core/tool-description.ts";
import {
  type AccessOptions,
  type AccessRequest,
  createAccess,
  type Decision,
  toCedarPrincipal,
} from "./access.ts";
import { createEvaluator, type ForbidRule, readForbids, slicesFor, type Verdict } from "./forbid-rules.ts";
import { lookedAt } from "./looked-at.ts";

/** What one policy says about a call. */
export interface RuleVerdict {
  id: string;
  /** `policies/limits.cedar:2` */
  place: string;
  /** The role it asks; absent when it refuses. */
  approval?: string;
  text: string;
  /** The arguments and facts that it names, as paths. */
  looksAt: string[];
  /**
   * `failed`: it cannot be evaluated, which refuses the call. `withholds records`: it was asked about each item of the
   * answer, which the trail does not keep.
   */
  verdict: "forbids" | "lets pass" | "failed" | "withholds fields" | "withholds records";
}

export interface Explanation {
  /** The line of a `tools:` list that opens the tool; undefined when none does. */
  grant: string | undefined;
  decision: Decision;
  /** The policies that could concern the caller's calls of the tool, each by itself. */
  rules: RuleVerdict[];
}

/** Prepares decisions that are told policy by policy, with the grants and policies as they are given. */
export function createExplanation(options: AccessOptions): (request: AccessRequest) => Explanation {
  const access = createAccess(options);
  const evaluator = createEvaluator();
  const rules = readForbids(options.policies);
  const byId = new Map(options.tools.map((tool) => [toolId(tool), tool]));

  return (request) => {
    const tool = byId.get(request.tool);
    const who = toCedarPrincipal(request);
    const verdicts = rules.flatMap((rule): RuleVerdict[] => {
      const { id, place, approval, text, policy, kind } = rule;
      if (tool === undefined || who === undefined) return [];
      const { call, items } = slicesFor([rule], who, tool);
      if (call === undefined && items === undefined) return [];
      const judged = call && evaluator.judge(call, who, request.arguments)(request.facts).kind;
      const verdict = judged === undefined ? "withholds records" : verdictOf(judged, kind);
      return [
        { id, place, ...(approval !== undefined && { approval }), text, looksAt: lookedAt(policy), verdict },
      ];
    });
    return { grant: access.opens(request, request.tool), decision: access.decide(request), rules: verdicts };
  };
}

function verdictOf(judged: Verdict["kind"], kind: ForbidRule["kind"]): RuleVerdict["verdict"] {
  if (judged === "failed") return "failed";
  if (judged === "passed") return "lets pass";
  return kind === "mask" ? "withholds fields" : "forbids";
}
