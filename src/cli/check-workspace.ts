import { compareProblems, type Problem } from "../core/problem.ts";
import type { ToolDescription } from "../core/tool-description.ts";
import { checkWorkflows } from "../workflow/check.ts";
import type { Plan } from "../workflow/plan.ts";
import { grantsOf, type Workspace } from "../workspace/load-workspace.ts";

export interface CheckedWorkspace {
  /** The workflows without faults. */
  plans: Plan[];
  /** In file order. */
  problems: Problem[];
}

/** Checks every file of a workspace against the tools, in one pass. Runs nothing. */
export async function checkWorkspace(
  workspace: Workspace,
  tools: readonly ToolDescription[],
): Promise<CheckedWorkspace> {
  const { agents, workflows } = workspace;
  const { plans, problems } = checkWorkflows({ agents, workflows, tools });
  const found = [...workspace.problems, ...problems, ...(await checkPolicyFiles(workspace, tools))];
  return { plans, problems: found.sort(compareProblems) };
}

/** Loads Cedar only when there is something for it to check. */
async function checkPolicyFiles(workspace: Workspace, tools: readonly ToolDescription[]): Promise<Problem[]> {
  const { policies } = workspace;
  if (policies.length === 0) return [];
  const { checkPolicies } = await import("../policy/check-policies.ts");
  return checkPolicies({ policies, tools, principals: [...grantsOf(workspace).keys()] });
}
