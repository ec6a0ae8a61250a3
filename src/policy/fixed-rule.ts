import { loadCedar } from "./cedar.ts";
import { actionsOf, modelTool, type PolicyTool } from "./cedar-schema.ts";
import type { ForbidRule } from "./forbid-rules.ts";
import type { CedarPrincipal } from "./policy-scope.ts";

/**
 * Whether a rule looks at neither the arguments nor the record, so that it says the same of all of a principal's calls
 * of a tool: one without conditions, or with conditions on the principal alone.
 */
export function isFixed({ policy }: ForbidRule): boolean {
  if (policy.effect !== "forbid") return false;
  const conditions = policy.tokens.findIndex(({ text }) => text === "when" || text === "unless");
  if (conditions < 0) return true;
  return !policy.tokens.slice(conditions).some(({ text }) => text === "context" || text === "resource");
}

/** Whether a fixed rule forbids a principal's calls of a tool. Cedar decides; an error is a refusal, as in a decision. */
export function alwaysForbids(rule: ForbidRule, who: CedarPrincipal, tool: PolicyTool): boolean {
  const { id, resourceType } = modelTool(tool);
  const groups = [...actionsOf(tool)].filter((group) => group !== id);
  const entity = (type: string, name: string, parents: { type: string; id: string }[] = []) => {
    return { uid: { type, id: name }, attrs: {}, parents };
  };
  const roles = who.roles.map((role) => ({ type: "Role", id: role }));
  try {
    const answer = loadCedar().isAuthorized({
      principal: { type: who.type, id: who.id },
      action: { type: "Action", id },
      resource: { type: resourceType, id },
      context: {},
      entities: [
        entity(who.type, who.id, roles),
        entity(
          "Action",
          id,
          groups.map((group) => ({ type: "Action", id: group })),
        ),
        entity(resourceType, id),
      ],
      policies: {
        staticPolicies: { [rule.key]: rule.text, open: "permit (principal, action, resource);" },
      },
    });
    if (answer.type === "failure") return true;
    return answer.response.decision === "deny" || answer.response.diagnostics.errors.length > 0;
  } catch {
    return true;
  }
}
