import { compareProblems, type Problem } from "../core/problem.ts";
import type { ToolDescription } from "../core/tool-description.ts";
import { checkWorkflows } from "../workflow/check.ts";
import type { Plan } from "../workflow/plan.ts";
import type { Workspace } from "../workspace/load-workspace.ts";

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
  const { agents, workflows, policies } = workspace;
  const { plans, problems } = checkWorkflows({ agents, workflows, tools });
  const found = [...workspace.problems, ...problems, ...(await checkPolicyFiles(policies, tools))];
  return { plans, problems: found.sort(compareProblems) };
}

/** Loads Cedar only when there is something for it to check. */
async function checkPolicyFiles(
  policies: Workspace["policies"],
  tools: readonly ToolDescription[],
): Promise<Problem[]> {
  if (policies.length === 0) return [];
  const { checkPolicies } = await import("../policy/check-policies.ts");
  return checkPolicies({ policies, tools });
}
