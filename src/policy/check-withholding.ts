import { didYouMean } from "../core/closest.ts";
import { isMark, type Mark, marks } from "../core/marks.ts";
import type { Problem } from "../core/problem.ts";
import { toolId } from "../core/tool-description.ts";
import { actionsOf, modelItems, type PolicyTool } from "./cedar-schema.ts";
import { compileMask } from "./compile-mask.ts";
import { policyProblem } from "./policy-problem.ts";
import { couldConcern, namesAction } from "./policy-scope.ts";
import type { ScannedPolicy } from "./scan-policies.ts";
import { marksNamed, withholdingOf } from "./withholding.ts";

/**
 * Finds what is wrong with the `@mask` or `@records` of a policy: marks that there are not, annotations that exclude each
 * other, and a rule that withholds nothing of what its tools answer, or cannot.
 */
export function checkWithholding(policy: ScannedPolicy, tools: readonly PolicyTool[]): Problem[] {
  const { annotations } = policy;
  const [first, second] = ["mask", "records", "approval"].filter((name) => annotations.has(name));
  if (first === undefined || first === "approval") return [];
  if (second !== undefined) {
    const message = `A policy has @${first} or @${second}, not both.`;
    const hint = "Write two policies: a call is decided by all that concern it.";
    return [problemAt(policy, second, { code: "policy-annotations", message, hint })];
  }
  const unknown = first === "mask" ? unknownMarks(policy) : [];
  if (unknown.length > 0) return unknown;
  const withholding = withholdingOf(policy);
  const concerned = tools.filter((tool) => couldConcern(policy.scope, actionsOf(tool)));
  if (withholding.kind === "records") return checkRecords(policy, concerned);
  return withholding.kind === "mask" ? checkMask(policy, withholding.marks, concerned) : [];
}

function unknownMarks(policy: ScannedPolicy): Problem[] {
  const named = marksNamed(policy.annotations.get("mask") ?? "");
  const hint = `Marks are ${marks.join(", ")}; several are separated by commas.`;
  if (named.length === 0) {
    const message = "This @mask names no mark, so the policy refuses instead.";
    return [problemAt(policy, "mask", { code: "policy-mask-unknown", message, hint })];
  }
  return named
    .filter((name) => !isMark(name))
    .map((name) => {
      const message = `There is no mark "${name}".`;
      const code = "policy-mask-unknown";
      return problemAt(policy, "mask", { code, message, hint: didYouMean(name, marks) ?? hint });
    });
}

function checkMask(policy: ScannedPolicy, marks: readonly Mark[], tools: readonly PolicyTool[]): Problem[] {
  const named = marks.join(" or ");
  const fields = tools.map((tool) => ({ tool, fields: compileMask(tool.outputSchema, marks).fields }));
  const problems = fields.flatMap(({ tool, fields }) =>
    fields
      .filter(({ maskable }) => !maskable)
      .map(({ path }) => {
        const message = `${toolId(tool)} cannot answer without ${path}, so it would be refused.`;
        const hint = "The server's schema has to make the field optional, nullable or a plain text.";
        return problemAt(policy, "mask", { code: "policy-mask-required", message, hint });
      }),
  );
  const code = "policy-mask-nothing";
  const idle = fields.filter(({ tool, fields }) => fields.length === 0 && names(policy, tool));
  const hint = "A field is marked in the output schema of its tool (x-marks); docs/tools.md shows the marks.";
  for (const { tool } of idle) {
    const message = `${toolId(tool)} answers no ${named} field, so there is nothing to mask.`;
    problems.push(problemAt(policy, "mask", { code, message, hint }));
  }
  if (idle.length === 0 && tools.length > 0 && fields.every(({ fields }) => fields.length === 0)) {
    const message = `None of the tools that this policy concerns answers a ${named} field.`;
    problems.push(problemAt(policy, "mask", { code, message, hint }));
  }
  return problems;
}

function checkRecords(policy: ScannedPolicy, tools: readonly PolicyTool[]): Problem[] {
  const code = "policy-records-nothing";
  const hint =
    "For a tool about one record write a plain forbid over its facts; for a report, forbid the tool.";
  const without = tools.filter((tool) => modelItems(tool) === undefined);
  const named = without.filter((tool) => names(policy, tool));
  if (named.length > 0) {
    return named.map((tool) => {
      const message = `${toolId(tool)} answers no list of items, so the policy refuses every call of it.`;
      return problemAt(policy, "records", { code, message, hint });
    });
  }
  if (tools.length === 0 || without.length < tools.length) return [];
  const message = "None of the tools that this policy concerns answers a list of items.";
  return [problemAt(policy, "records", { code, message, hint })];
}

/** Whether a policy is about this very tool, and not about a group that it is in. */
function names(policy: ScannedPolicy, tool: PolicyTool): boolean {
  return namesAction(policy.scope, toolId(tool));
}

function problemAt(
  policy: ScannedPolicy,
  annotation: string,
  problem: { code: string; message: string; hint: string },
): Problem {
  const { tokens } = policy;
  const at = tokens.findIndex(({ text }, index) => text === annotation && tokens[index - 1]?.text === "@");
  const valued = tokens[at + 1]?.text === "(" ? tokens[at + 2] : undefined;
  const token = valued ?? tokens[at];
  const start = (token?.offset ?? policy.offset) - policy.offset;
  return policyProblem(policy, { start, end: start + (token?.text.length ?? 0) }, problem);
}
