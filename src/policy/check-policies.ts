import type { DetailedError } from "@cedar-policy/cedar-wasm/nodejs";
import { compareProblems, type Problem } from "../core/problem.ts";
import { toolId } from "../core/tool-description.ts";
import { loadCedar } from "./cedar.ts";
import {
  actionsOf,
  cedarSchema,
  modelItems,
  modelTool,
  type PolicyTool,
  type ToolModel,
} from "./cedar-schema.ts";
import { checkNames } from "./check-names.ts";
import { checkWithholding } from "./check-withholding.ts";
import { explainFinding, type Finding, inOne } from "./explain-finding.ts";
import { policyProblem } from "./policy-problem.ts";
import { couldConcern } from "./policy-scope.ts";
import { type ScannedPolicy, scanPolicies } from "./scan-policies.ts";
import { withholdingOf } from "./withholding.ts";

interface CheckPoliciesOptions {
  /** `policies/*.cedar`, with files relative to the workspace. */
  policies: readonly { file: string; text: string }[];
  /** Every tool of the workspace. */
  tools: readonly PolicyTool[];
  /** The agents, clients and roles there are, such as `agent:collector` or `role:finance`; without them their names go unchecked. */
  principals?: readonly string[] | undefined;
  /** Looks only at the policies that could concern one of these tools (`server.tool`), which is much less to do. */
  concerning?: ReadonlySet<string> | undefined;
}

/**
 * Finds what is wrong with policy files: what Cedar cannot parse, a `permit`, a missing or repeated `@id`, names that
 * do not exist, and, by Cedar's own validator, wrong attributes, wrong types and rules that can never apply.
 */
export function checkPolicies(options: CheckPoliciesOptions): Problem[] {
  const { tools, principals, concerning } = options;
  const all = options.policies.flatMap(({ file, text }) => scanPolicies(file, text));
  const wanted = concerning && tools.filter((tool) => concerning.has(toolId(tool))).map(actionsOf);
  const scanned = wanted
    ? all.filter(({ scope }) => wanted.some((actions) => couldConcern(scope, actions)))
    : all;
  if (scanned.length === 0) return [];
  const models = tools.map(modelTool);
  const itemModels = tools.map(modelItems).filter((model) => model !== undefined);
  const isOfItems = (policy: ScannedPolicy) => withholdingOf(policy).kind === "records";
  const problems: Problem[] = [];
  const sound: ScannedPolicy[] = [];
  for (const policy of scanned) {
    const syntax = syntaxProblems(policy);
    problems.push(...syntax);
    if (syntax.length > 0) continue;
    problems.push(...checkNames(policy, isOfItems(policy) ? itemModels : models, principals));
    const ofWithholding = checkWithholding(policy, tools);
    problems.push(...ofWithholding);
    // what names a tool without items has no type that Cedar could check it against
    if (isOfItems(policy) && ofWithholding.length > 0) continue;
    if (policy.effect === "permit") problems.push(permitProblem(policy));
    else sound.push(policy);
  }
  problems.push(...idProblems(scanned));
  problems.push(
    ...validate(
      sound.filter((policy) => !isOfItems(policy)),
      models,
    ),
  );
  problems.push(...validate(sound.filter(isOfItems), itemModels));
  return problems.sort(compareProblems);
}

function syntaxProblems(policy: ScannedPolicy): Problem[] {
  const answer = loadCedar().checkParsePolicySet({ staticPolicies: { policy: policy.text } });
  if (answer.type === "success") return [];
  return answer.errors.map((error) => {
    const label = error.sourceLocations?.[0]?.label;
    const hint = error.help ?? (label == null ? undefined : `${label}.`.replace(/^e/, "E"));
    const message = `Cedar cannot read this policy: ${error.message.replace(/^failed to parse.*? from string: /, "")}.`;
    return problemFrom(policy, error, "policy-syntax", message, hint);
  });
}

function permitProblem(policy: ScannedPolicy): Problem {
  const offset = policy.tokens.find((token) => token.text === "permit")?.offset ?? policy.offset;
  const hint = "Name the tool in a tools: list instead, and write policies as forbid.";
  return policyProblem(
    policy,
    { start: offset - policy.offset },
    { code: "policy-permit", message: "A permit opens nothing: only tools: lists open anything.", hint },
  );
}

function idProblems(policies: readonly ScannedPolicy[]): Problem[] {
  const first = new Map<string, ScannedPolicy>();
  const problems: Problem[] = [];
  for (const policy of policies) {
    const id = policy.annotations.get("id") ?? "";
    const earlier = first.get(id);
    if (id === "") {
      const message = "This policy has no id, so entries cannot name it.";
      const hint = 'Write @id("a-name") before it.';
      problems.push(policyProblem(policy, { start: 0 }, { code: "policy-id-missing", message, hint }));
    } else if (earlier !== undefined) {
      const message = `The id "${id}" is taken by the policy in ${earlier.file}, line ${earlier.line}.`;
      const hint = "Give each policy an id of its own; audit entries name it.";
      problems.push(policyProblem(policy, { start: 0 }, { code: "policy-id-duplicate", message, hint }));
    } else {
      first.set(id, policy);
    }
  }
  return problems;
}

/** Runs Cedar's validator. Its warnings are faults too, but one a policy, and none beside an error. */
function validate(policies: readonly ScannedPolicy[], models: readonly ToolModel[]): Problem[] {
  if (policies.length === 0) return [];
  const byKey = new Map(policies.map((policy, index) => [`rule${index}`, policy]));
  const texts = Object.fromEntries([...byKey].map(([key, policy]) => [key, policy.text]));
  const schema = cedarSchema(neededModels(policies, models));
  const answer = loadCedar().validate({ schema, policies: { staticPolicies: texts } });
  if (answer.type === "failure") {
    const message = `Cedar cannot check the policies: ${answer.errors.map((error) => error.message).join("; ")}.`;
    return policies
      .slice(0, 1)
      .map((policy) => policyProblem(policy, { start: 0 }, { code: "policy-invalid", message }));
  }
  const found = new Map<string, { problem: Problem; findings: Finding[] }>();
  const reported = new Set<string>();
  const report = (code: string, policyId: string, error: DetailedError) => {
    const policy = byKey.get(policyId);
    if (policy === undefined) return;
    const finding = explainFinding(error, models);
    const problem = problemFrom(policy, error, code, finding.message, finding.hint);
    const place = `${policyId} ${problem.line} ${problem.column}`;
    const earlier = found.get(place)?.findings ?? [];
    found.set(place, { problem, findings: [...earlier, finding] });
    reported.add(policyId);
  };
  for (const { policyId, error } of answer.validationErrors) report("policy-invalid", policyId, error);
  for (const { policyId, error } of answer.validationWarnings) {
    if (!reported.has(policyId)) report("policy-impossible", policyId, error);
  }
  return [...found.values()].map(({ problem, findings }) => ({ ...problem, ...inOne(findings) }));
}

/** The tools that policies could concern. Cedar takes some 2 ms for each tool in its schema, needed or not. */
function neededModels(policies: readonly ScannedPolicy[], models: readonly ToolModel[]): ToolModel[] {
  // a policy that names the type of a resource may name that of any tool
  if (policies.some(({ tokens }) => tokens.some(({ text }) => text === "Facts"))) return [...models];
  return models.filter(({ id, groups }) => {
    const actions = new Set([id, ...groups]);
    return policies.some(({ scope }) => couldConcern(scope, actions));
  });
}

/** A problem at the place that Cedar names, in bytes from the start of the policy's text. */
function problemFrom(
  policy: ScannedPolicy,
  error: DetailedError,
  code: string,
  message: string,
  hint?: string | undefined,
): Problem {
  const bytes = Buffer.from(policy.text);
  const units = (offset: number) => bytes.toString("utf8", 0, offset).length;
  const { start, end } = error.sourceLocations?.[0] ?? { start: 0, end: 0 };
  const whole = start === 0 && end >= bytes.length;
  const place = { start: units(start), end: whole ? undefined : units(end) };
  return policyProblem(policy, place, { code, message, hint });
}
