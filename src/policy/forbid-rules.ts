import type { CedarValueJson, EntityJson } from "@cedar-policy/cedar-wasm/nodejs";
import { RingmainError } from "../core/errors.ts";
import { loadCedar } from "./cedar.ts";
import { actionsOf, cedarSchema, modelTool, type PolicyTool, type ToolModel } from "./cedar-schema.ts";
import { toCedarRecord } from "./cedar-value.ts";
import { narrowModel } from "./narrow-model.ts";
import { type CedarPrincipal, couldMatch } from "./policy-scope.ts";
import { type ScannedPolicy, scanPolicies } from "./scan-policies.ts";

/** A rule that may refuse a call. */
export interface ForbidRule {
  /** Its `@id`; the place in its file when it has none. */
  id: string;
  /** `policies/limits.cedar:2` */
  place: string;
  /** The role that `@approval` names. */
  approval: string | undefined;
  text: string;
  policy: ScannedPolicy;
  /** What Cedar calls it in its answers. */
  key: string;
}

/** The rules that could concern one principal's calls of one tool. */
export interface Slice {
  /** The tool, with what these rules can look at. */
  model: ToolModel;
  rules: readonly ForbidRule[];
}

type Verdict =
  | { kind: "passed" }
  | { kind: "forbidden"; rules: readonly ForbidRule[] }
  /** Cedar skips a rule that errs, so an error counts as a refusal. `reason` is fit for a caller to read. */
  | { kind: "failed"; rules: readonly ForbidRule[]; reason: string | undefined };

/** Cedar allows only what a permit names. What is open was decided by the grants before, so here it permits all. */
const openAll = "permit (principal, action, resource);";

/** Reads the forbids of policy files, in order. A `permit` opens nothing, so it is passed over (`check` reports it). */
export function readForbids(files: readonly { file: string; text: string }[]): ForbidRule[] {
  const policies = files.flatMap(({ file, text }) => scanPolicies(file, text));
  return policies
    .filter((policy) => policy.effect !== "permit")
    .map((policy, index) => {
      const place = `${policy.file}:${policy.line}`;
      const { annotations, text } = policy;
      const approval = annotations.get("approval") || undefined;
      return { id: annotations.get("id") || place, place, approval, text, policy, key: `rule${index}` };
    });
}

/** The rules that could concern a principal's calls of a tool, or undefined when there are none. */
export function sliceFor(
  rules: readonly ForbidRule[],
  who: CedarPrincipal,
  tool: PolicyTool,
): Slice | undefined {
  const actions = actionsOf(tool);
  const matching = rules.filter((rule) => couldMatch(rule.policy.scope, who, actions));
  if (matching.length === 0) return undefined;
  const policies = matching.map((rule) => rule.policy);
  return { model: narrowModel(modelTool(tool), policies), rules: matching };
}

/** The names under which Cedar keeps what it parsed of a slice, or the rules that it cannot parse. */
type Prepared = { policySet: string; schema: string } | { broken: readonly ForbidRule[] };

let evaluators = 0;

/**
 * Evaluates slices with Cedar. What Cedar parses it keeps by name for the life of the process, so equal slices
 * share a name, and each evaluator has names of its own.
 */
export function createEvaluator() {
  evaluators += 1;
  const prefix = `${evaluators}`;
  const names = new Map<string, string>();
  const prepared = new WeakMap<Slice, Prepared>();

  /** The name of something that Cedar has parsed, at its first mention by `parse`; undefined when it cannot. */
  function parseOnce(content: string, parse: (name: string) => { type: string }): string | undefined {
    const known = names.get(content);
    if (known !== undefined) return known;
    const name = `${prefix}/${names.size}`;
    if (parse(name).type !== "success") return undefined;
    names.set(content, name);
    return name;
  }

  function parseSlice({ model, rules }: Slice): Prepared {
    const cedar = loadCedar();
    const texts = Object.fromEntries(rules.map((rule) => [rule.key, rule.text]));
    const policySet = parseOnce(`rules ${Object.keys(texts)}`, (name) =>
      cedar.preparsePolicySet(name, { staticPolicies: { ...texts, openAll } }),
    );
    const visible = [[...model.arguments.fields.keys()], [...model.facts.fields.keys()]];
    const schema = parseOnce(`schema ${model.id} ${JSON.stringify(visible)}`, (name) =>
      cedar.preparseSchema(name, cedarSchema([model])),
    );
    if (policySet !== undefined && schema !== undefined) return { policySet, schema };
    const parses = ({ key, text }: ForbidRule) =>
      cedar.checkParsePolicySet({ staticPolicies: { [key]: text } });
    const broken = rules.filter((rule) => parses(rule).type !== "success");
    return { broken: broken.length > 0 ? broken : rules };
  }

  /** Parses a slice, once. */
  function prepare(slice: Slice): Prepared {
    const done = prepared.get(slice) ?? parseSlice(slice);
    prepared.set(slice, done);
    return done;
  }

  function evaluate(
    slice: Slice,
    who: CedarPrincipal,
    args: Readonly<Record<string, unknown>>,
    facts: Readonly<Record<string, unknown>>,
  ): Verdict {
    const { model, rules } = slice;
    const named = (keys: readonly string[]) => {
      const found = rules.filter((rule) => keys.includes(rule.key));
      return found.length > 0 ? found : rules;
    };
    try {
      const parsed = prepare(slice);
      if ("broken" in parsed) return { kind: "failed", rules: parsed.broken, reason: "Run ringmain check." };
      const context = { arguments: toCedarRecord(model.arguments, args, "arguments") };
      const attributes = toCedarRecord(model.facts, facts, "facts");
      const answer = loadCedar().statefulIsAuthorized({
        principal: { type: who.type, id: who.id },
        action: { type: "Action", id: model.id },
        resource: { type: model.resourceType, id: model.id },
        context,
        entities: entitiesOf(who, model, attributes),
        preparsedPolicySetId: parsed.policySet,
        preparsedSchemaName: parsed.schema,
        validateRequest: true,
      });
      if (answer.type === "failure") return { kind: "failed", rules, reason: undefined };
      const { decision, diagnostics } = answer.response;
      const erred = diagnostics.errors.map((error) => error.policyId);
      if (erred.length > 0) return { kind: "failed", rules: named(erred), reason: undefined };
      return decision === "allow"
        ? { kind: "passed" }
        : { kind: "forbidden", rules: named(diagnostics.reason) };
    } catch (error) {
      // Whatever it was (a text that no policy can hold, a value too deep for Cedar): no answer, so no.
      return { kind: "failed", rules, reason: error instanceof RingmainError ? error.message : undefined };
    }
  }

  return { prepare, evaluate };
}

function entitiesOf(
  who: CedarPrincipal,
  model: ToolModel,
  attributes: Record<string, CedarValueJson>,
): EntityJson[] {
  const resource = { uid: { type: model.resourceType, id: model.id }, attrs: attributes, parents: [] };
  if (who.roles.length === 0) return [resource];
  const parents = who.roles.map((id) => ({ type: "Role", id }));
  return [resource, { uid: { type: who.type, id: who.id }, attrs: {}, parents }];
}
