import { isRecord } from "../core/json.ts";
import { toolId } from "../core/tool-description.ts";
import { type AccessOptions, type Caller, toCedarPrincipal } from "./access.ts";
import type { CedarRecord, CedarType } from "./cedar-type.ts";
import { type ForbidRule, readForbids, slicesFor } from "./forbid-rules.ts";
import { namesReached } from "./narrow-model.ts";

/** The values of a call, as far as somebody wrote them down. */
export interface CallValues {
  arguments: Readonly<Record<string, unknown>>;
  facts: Readonly<Record<string, unknown>>;
}

/** A value that a policy looks at and nobody gave. */
export interface MissingValue {
  /** Beginning with `arguments` or `facts`. */
  path: (string | number)[];
  /** The ids of the policies that look at it. */
  policies: string[];
}

/**
 * Completes calls of which only those values are given that matter: what no policy looks at is filled with a neutral
 * value of its type, and what one does look at is told as missing, so that no decision rests on an invented value.
 */
export function createCompletion({ policies, tools }: Pick<AccessOptions, "policies" | "tools">) {
  const rules = readForbids(policies);
  const byId = new Map(tools.map((tool) => [toolId(tool), tool]));

  return (caller: Caller, id: string, given: CallValues): CallValues & { missing: MissingValue[] } => {
    const tool = byId.get(id);
    const who = toCedarPrincipal(caller);
    const slice = tool === undefined || who === undefined ? undefined : slicesFor(rules, who, tool).call;
    if (slice === undefined) return { ...given, missing: [] };
    const missing: MissingValue[] = [];
    const completed = {
      arguments: complete(slice.model.arguments, given.arguments, ["arguments"]),
      facts: complete(slice.model.facts, given.facts, ["facts"]),
    };
    return { ...completed, missing };

    function complete(
      type: CedarRecord,
      value: Readonly<Record<string, unknown>>,
      path: MissingValue["path"],
    ) {
      const filled: Record<string, unknown> = { ...value };
      for (const [name, field] of type.fields) {
        const member = Object.hasOwn(value, name) ? value[name] : undefined;
        const absent = member === undefined && (!field.required || field.fallback !== undefined);
        if (absent || (member === null && field.nullable)) continue;
        filled[name] =
          member === undefined
            ? fill(field.type, name, [...path, name])
            : within(field.type, member, [...path, name]);
      }
      return filled;
    }

    function within(type: CedarType, value: unknown, path: MissingValue["path"]): unknown {
      if (type.kind === "Record" && isRecord(value)) return complete(type, value, path);
      if (type.kind === "Set" && Array.isArray(value))
        return value.map((item, index) => within(type.element, item, [...path, index]));
      return value;
    }

    function fill(type: CedarType, name: string, path: MissingValue["path"]): unknown {
      const inner =
        type.kind === "Record" && [...type.fields.keys()].some((field) => looking(field).length > 0);
      const root = { arguments: "arguments", facts: "resource" }[String(path[0])];
      const policies = inner ? [] : looking(name, path.length === 2 ? root : undefined);
      if (policies.length > 0) missing.push({ path, policies });
      if (type.kind === "Record") return policies.length > 0 ? {} : complete(type, {}, path);
      return { String: "", Long: 0, Boolean: false, Set: [] }[type.kind];
    }

    /** The policies that look at a property; at one within another, as far as its name tells. */
    function looking(name: string, root?: string): string[] {
      const found = slice?.rules.filter((rule) => {
        const names = namesReached([rule.policy]);
        if (names === "all") return true;
        return names.has(name) && (root === undefined || reachesFrom(root, name, rule));
      });
      return found?.map((rule) => rule.id) ?? [];
    }
  };
}

/** Whether a rule could look at `arguments.NAME` or `resource.NAME`, and not only at another property of that name. */
function reachesFrom(root: string, name: string, { policy }: ForbidRule): boolean {
  const texts = policy.tokens.map(({ text }) => text);
  const conditions = texts.slice(texts.findIndex((text) => text === "when" || text === "unless"));
  return conditions.some((text, index) => {
    if (text !== root) return false;
    const [operator, operand] = conditions.slice(index + 1, index + 3);
    const member = operator === "." || operator === "has" || operator === "[";
    return !member || operand?.replaceAll('"', "") === name;
  });
}
