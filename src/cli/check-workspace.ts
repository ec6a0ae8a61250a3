import { checkAmountLimits } from "../core/check-amount-limits.ts";
import { compareProblems, type Problem } from "../core/problem.ts";
import { type ToolDescription, toolId } from "../core/tool-description.ts";
import { calledTools } from "../workflow/called-tools.ts";
import { checkWorkflows } from "../workflow/check.ts";
import type { Plan } from "../workflow/plan.ts";
import { grantsOf, type Workspace } from "../workspace/load-workspace.ts";
import { checkTests } from "./policy/check-tests.ts";

export interface CheckedWorkspace {
  /** The workflows without faults. */
  plans: Plan[];
  /** In file order. */
  problems: Problem[];
}

/**
 * Checks the files of a workspace against the tools. Runs nothing. With `only`, the id of a workflow, it looks at
 * nothing but that workflow, those that it runs, and the policies that could concern their calls. `withTests`: also into policies/*.test.yaml,
 * whose faults are for whoever writes the files: nothing that runs depends on them.
 */
export async function checkWorkspace(
  workspace: Workspace,
  tools: readonly ToolDescription[],
  { only, withTests = false }: { only?: string; withTests?: boolean } = {},
): Promise<CheckedWorkspace> {
  const { agents, workflows } = workspace;
  const refusalOf = await certainRefusals(workspace, tools);
  const { plans, problems } = checkWorkflows({ agents, workflows, tools, refusalOf, only });
  const concerning = only === undefined ? undefined : calledTools(plans);
  const ofPolicies = await checkPolicyFiles(workspace, tools, concerning);
  const found = [...workspace.problems, ...problems, ...ofPolicies, ...checkLimits(workspace, tools)];
  if (withTests) found.push(...checkTests(workspace, tools));
  return { plans, problems: found.sort(compareProblems) };
}

function checkLimits({ amountLimits }: Workspace, tools: readonly ToolDescription[]): Problem[] {
  if (amountLimits.length === 0) return [];
  const byId = new Map(tools.map((tool) => [toolId(tool), tool]));
  const problems: Problem[] = [];
  for (const { limits, problemAt } of amountLimits) {
    checkAmountLimits(limits, byId, (path, { code, message, hint }) => {
      problems.push(problemAt(path, code, message, hint));
    });
  }
  return problems;
}

/** Loads Cedar only when there is something for it to check. */
async function checkPolicyFiles(
  workspace: Workspace,
  tools: readonly ToolDescription[],
  concerning: ReadonlySet<string> | undefined,
): Promise<Problem[]> {
  const { policies } = workspace;
  if (policies.length === 0) return [];
  const { checkPolicies } = await import("../policy/check-policies.ts");
  return checkPolicies({ policies, tools, principals: [...grantsOf(workspace).keys()], concerning });
}

/** What policies forbid an agent under all circumstances. Cedar is loaded only for calls that a policy could concern. */
async function certainRefusals(workspace: Workspace, tools: readonly ToolDescription[]) {
  const { policies } = workspace;
  if (policies.length === 0) return undefined;
  const { createReach } = await import("../policy/reach.ts");
  const reach = createReach({ grants: grantsOf(workspace), policies, tools });
  return (agent: string, tool: string): string | undefined => {
    const { access, broken, policies: deciding } = reach({ principal: `agent:${agent}`, roles: [] }, tool);
    // a policy that cannot be read is told by itself
    if (access !== "deny" || broken || deciding.length === 0) return undefined;
    const named = deciding.map(({ id, place }) => (id === place ? place : `${id} (${place})`)).join(", ");
    return `${named} forbids agent "${agent}" every call of ${tool}.`;
  };
}
