import type { AuthorizationAnswer, CedarValueJson, EntityJson } from "@cedar-policy/cedar-wasm/nodejs";
import { RingmainError } from "../core/errors.ts";
import type { Mark } from "../core/marks.ts";
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
import { toCedarRecord } from "./cedar-value.ts";
import { narrowModel } from "./narrow-model.ts";
import { type CedarPrincipal, couldMatch, namesAction } from "./policy-scope.ts";
import { type ScannedPolicy, scanPolicies } from "./scan-policies.ts";
import { withholdingOf } from "./withholding.ts";

/** A rule that may refuse a call, or withhold a part of its answer. */
export interface ForbidRule {
  /**
   * `forbid`: it refuses the call. `mask`: it withholds the fields of the answer with one of its marks. `records`: it
   * is asked about each item of the answer, and withholds the item.
   */
  kind: "forbid" | "mask" | "records";
  /** Of a `mask`. */
  marks: readonly Mark[];
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

/** The rules that could concern one principal's calls of one tool, by what they look at. */
export interface Slices {
  /** Those that look at the call and its facts. */
  call?: Slice;
  /** Those that look at each item of the answer. */
  items?: Slice;
}

export type Verdict =
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
      const id = annotations.get("id") || place;
      return { ...withholdingOf(policy), id, place, approval, text, policy, key: `rule${index}` };
    });
}

/** The rules that could concern a principal's calls of a tool. */
export function slicesFor(rules: readonly ForbidRule[], who: CedarPrincipal, tool: PolicyTool): Slices {
  const actions = actionsOf(tool);
  const matching = rules.filter((rule) => couldMatch(rule.policy.scope, who, actions));
  if (matching.length === 0) return {};
  const ofItems = matching.filter((rule) => rule.kind === "records");
  const itemModel = ofItems.length === 0 ? undefined : modelItems(tool);
  // a rule about the items of a tool that has none cannot be kept by leaving some out: it refuses, as its facts lack
  const isOfCall = (rule: ForbidRule) =>
    rule.kind !== "records" || (itemModel === undefined && namesAction(rule.policy.scope, toolId(tool)));
  const ofCall = matching.filter(isOfCall);
  return {
    ...(ofCall.length > 0 && { call: sliceOf(modelTool(tool), ofCall) }),
    ...(itemModel && { items: sliceOf(itemModel, ofItems) }),
  };
}

function sliceOf(model: ToolModel, rules: readonly ForbidRule[]): Slice {
  const policies = rules.map((rule) => rule.policy);
  return { model: narrowModel(model, policies), rules };
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
    const schema = parseOnce(`schema of ${model.factsOf} ${model.id} ${JSON.stringify(visible)}`, (name) =>
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

  /** Judges one set of facts after another of the same call. */
  function judge(
    slice: Slice,
    who: CedarPrincipal,
    args: Readonly<Record<string, unknown>>,
  ): (facts: Readonly<Record<string, unknown>>) => Verdict {
    const { model, rules } = slice;
    const named = (keys: readonly string[]) => {
      const found = rules.filter((rule) => keys.includes(rule.key));
      return found.length > 0 ? found : rules;
    };
    // Whatever it was (a text that no policy can hold, a value too deep for Cedar): no answer, so no.
    const failure = (error: unknown): Verdict => {
      return { kind: "failed", rules, reason: error instanceof RingmainError ? error.message : undefined };
    };
    const always = (verdict: Verdict) => () => verdict;
    try {
      const parsed = prepare(slice);
      if ("broken" in parsed) {
        return always({ kind: "failed", rules: parsed.broken, reason: "Run ringmain check." });
      }
      const context = { arguments: toCedarRecord(model.arguments, args, "arguments") };
      // facts that look the same to these rules are judged the same: a page of items holds few different ones
      const judged = new Map<string, Verdict>();
      return (facts) => {
        try {
          const attributes = toCedarRecord(model.facts, facts, "facts");
          const alike = JSON.stringify(attributes);
          const known = judged.get(alike);
          if (known !== undefined) return known;
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
          const verdict = verdictOf(answer, rules, named);
          judged.set(alike, verdict);
          return verdict;
        } catch (error) {
          return failure(error);
        }
      };
    } catch (error) {
      return always(failure(error));
    }
  }

  return { prepare, judge };
}

function verdictOf(
  answer: AuthorizationAnswer,
  rules: readonly ForbidRule[],
  named: (keys: readonly string[]) => readonly ForbidRule[],
): Verdict {
  if (answer.type === "failure") return { kind: "failed", rules, reason: undefined };
  const { decision, diagnostics } = answer.response;
  const erred = diagnostics.errors.map((error) => error.policyId);
  if (erred.length > 0) return { kind: "failed", rules: named(erred), reason: undefined };
  return decision === "allow" ? { kind: "passed" } : { kind: "forbidden", rules: named(diagnostics.reason) };
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
