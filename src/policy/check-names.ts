import { didYouMean } from "../core/closest.ts";
import type { Problem } from "../core/problem.ts";
import type { ToolModel } from "./cedar-schema.ts";
import type { CedarType } from "./cedar-type.ts";
import { notTyped } from "./explain-finding.ts";
import { policyProblem } from "./policy-problem.ts";
import { couldConcern, parseEntity } from "./policy-scope.ts";
import type { ScannedPolicy, Token } from "./scan-policies.ts";

/** What a policy may say of itself. */
const annotationNames = ["id", "approval", "mask", "records"];

/**
 * Finds the misspelt names that Cedar takes for ordinary ones: an annotation that nothing reads, an agent, client or role
 * that does not exist, and an attribute after `has` that none of the policy's tools has, which is false for ever.
 */
export function checkNames(
  policy: ScannedPolicy,
  models: readonly ToolModel[],
  principals: readonly string[] | undefined,
): Problem[] {
  const problems = policy.tokens.flatMap((token, index) => [
    ...checkAnnotation(policy, token, index),
    ...checkHas(policy, models, token, index),
  ]);
  return principals === undefined ? problems : [...problems, ...checkPrincipals(policy, principals)];
}

function checkAnnotation(policy: ScannedPolicy, token: Token, index: number): Problem[] {
  if (policy.tokens[index - 1]?.text !== "@" || annotationNames.includes(token.text)) return [];
  const message = `There is no annotation @${token.text}, so it does nothing.`;
  const list = `Annotations are ${annotationNames.map((name) => `@${name}`).join(", ")}.`;
  const hint = didYouMean(token.text, annotationNames) ?? list;
  return [problemAt(policy, token, "policy-unknown-annotation", message, hint)];
}

function checkHas(
  policy: ScannedPolicy,
  models: readonly ToolModel[],
  token: Token,
  index: number,
): Problem[] {
  const operand = policy.tokens[index + 1];
  if (token.text !== "has" || operand === undefined) return [];
  const concerned = models.filter((model) =>
    couldConcern(policy.scope, new Set([model.id, ...model.groups])),
  );
  const known = new Set(concerned.flatMap((model) => [...namesIn(model.arguments), ...namesIn(model.facts)]));
  const name = operand.text.replaceAll('"', "");
  if (name === "arguments" || known.has(name) || concerned.length === 0) return [];
  const leftOut = concerned.flatMap((model) => model.leftOut).find((path) => path.split(".").at(-1) === name);
  const hint = leftOut === undefined ? didYouMean(name, [...known]) : notTyped(leftOut);
  return [
    problemAt(policy, operand, "policy-invalid", `No fact or argument is called "${name}" here.`, hint),
  ];
}

function checkPrincipals(policy: ScannedPolicy, principals: readonly string[]): Problem[] {
  const { tokens } = policy;
  const problems: Problem[] = [];
  for (const [index, token] of tokens.entries()) {
    const type = tokens[index - 2]?.text ?? "";
    const entity = parseEntity(tokens.slice(Math.max(0, index - 2), index + 1).map(({ text }) => text));
    if (entity === undefined || !["Agent", "Client", "Role"].includes(type)) continue;
    problems.push(...unknownPrincipal(policy, token, type.toLowerCase(), entity.id, principals));
  }
  const approval = policy.annotations.get("approval");
  if (approval === undefined) return problems;
  const name = tokens.findIndex(({ text }, index) => text === "approval" && tokens[index - 1]?.text === "@");
  const token = tokens[name + 2] ?? tokens[name];
  if (token === undefined) return problems;
  return [...problems, ...unknownPrincipal(policy, token, "role", approval, principals)];
}

function unknownPrincipal(
  policy: ScannedPolicy,
  token: Token,
  kind: string,
  name: string,
  principals: readonly string[],
): Problem[] {
  if (principals.includes(`${kind}:${name}`)) return [];
  const known = principals
    .filter((principal) => principal.startsWith(`${kind}:`))
    .map((principal) => principal.slice(kind.length + 1));
  const list = known.length === 0 ? "There are none." : `There are: ${known.join(", ")}.`;
  const message = `There is no ${kind} called "${name}".`;
  return [problemAt(policy, token, "policy-unknown-principal", message, didYouMean(name, known) ?? list)];
}

function problemAt(
  policy: ScannedPolicy,
  token: Token,
  code: string,
  message: string,
  hint: string | undefined,
): Problem {
  const start = token.offset - policy.offset;
  return policyProblem(policy, { start, end: start + token.text.length }, { code, message, hint });
}

/** The names of a type's properties, at every depth. */
function namesIn(type: CedarType): string[] {
  if (type.kind === "Set") return namesIn(type.element);
  if (type.kind !== "Record") return [];
  return [...type.fields].flatMap(([name, field]) => [name, ...namesIn(field.type)]);
}
