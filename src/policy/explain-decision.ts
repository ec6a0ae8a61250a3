import { toolId } from "../core/tool-description.ts";
import {
  type AccessOptions,
  type AccessRequest,
  createAccess,
  type Decision,
  toCedarPrincipal,
} from "./access.ts";
import { createEvaluator, readForbids, sliceFor } from "./forbid-rules.ts";
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
  /** `failed`: it cannot be evaluated, which refuses the call. */
  verdict: "forbids" | "lets pass" | "failed";
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
      const slice = tool && who && sliceFor([rule], who, tool);
      if (slice === undefined || who === undefined) return [];
      const { kind } = evaluator.evaluate(slice, who, request.arguments, request.facts);
      const { id, place, approval, text, policy } = rule;
      const verdict = ({ passed: "lets pass", forbidden: "forbids", failed: "failed" } as const)[kind];
      return [
        { id, place, ...(approval !== undefined && { approval }), text, looksAt: lookedAt(policy), verdict },
      ];
    });
    return { grant: access.opens(request, request.tool), decision: access.decide(request), rules: verdicts };
  };
}
