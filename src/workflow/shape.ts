import type { z } from "zod";
import { closestName, didYouMean } from "../core/closest.ts";
import { issueWords } from "../core/issue-words.ts";
import { isRecord, type Json } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import type { YamlPath } from "../core/yaml-file.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Keys that belong to the language, but that this version does not know how to honour. */
export type NotBuilt = readonly string[];

/** Holds a value of a YAML file against a schema. Problems point at keys and values, and say what is valid. */
export function readShape<Schema extends z.ZodObject>(options: {
  source: YamlSource;
  path: YamlPath;
  value: Json;
  schema: Schema;
  notBuilt?: Readonly<Record<string, NotBuilt>>;
}): { value?: z.output<Schema>; problems: Problem[] } {
  const { source, path, value, schema, notBuilt = {} } = options;
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, problems: [] };
  const issues = parsed.error.issues.flatMap(meantIssues);
  const problems = issues.filter(unlessMisspelt(issues, value)).flatMap((issue) => {
    const inner = issue.path.filter((key) => typeof key !== "symbol");
    const at = [...path, ...inner];
    if (issue.code !== "unrecognized_keys") return [issueProblem(issue, at, valueAt(value, inner), source)];
    const known = knownKeys(schema, inner);
    const later = notBuilt[inner.filter((key) => typeof key === "string").join(".")] ?? [];
    return issue.keys.map((key) => unknownKey(key, { source, path: at, known, later }));
  });
  return { problems };
}

/** Whether an issue is not that of a key which is missing only because it is misspelt: that is told once. */
function unlessMisspelt(issues: readonly z.core.$ZodIssue[], value: Json) {
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => ({ key, at: issue.path.join() })) : [],
  );
  return ({ path }: z.core.$ZodIssue): boolean => {
    const isMissing = valueAt(value, path.map(String)) === undefined;
    const name = String(path.at(-1));
    const at = path.slice(0, -1).join();
    return (
      !isMissing || !unknown.some((other) => other.at === at && closestName(other.key, [name]) !== undefined)
    );
  };
}

/** Of a value that fits none of several shapes: what is wrong inside the one that it has outwardly. */
function meantIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find(
    (issues) => !issues.some(({ code, path }) => path.length === 0 && code === "invalid_type"),
  );
  if (meant === undefined) return [issue];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(meantIssues);
}

/** The problem of a key that is not there in the language, or not yet. */
export function unknownKey(
  key: string,
  context: { source: YamlSource; path: YamlPath; known: readonly string[]; later: NotBuilt },
): Problem {
  const { source, path, known, later } = context;
  const place = { atKey: true };
  if (later.includes(key)) {
    const message = `"${key}" is not built yet.`;
    const hint = "Remove it: this version would ignore what it asks for.";
    return source.problemAt([...path, key], { code: "not-built-yet", message, hint }, place);
  }
  const hint = didYouMean(key, known) ?? `Known keys: ${known.join(", ")}.`;
  const fault = { code: "unknown-key", message: `There is no key "${key}" here.`, hint };
  return source.problemAt([...path, key], fault, place);
}

function issueProblem(issue: z.core.$ZodIssue, path: YamlPath, value: unknown, source: YamlSource): Problem {
  const name = path.findLast((key) => typeof key === "string") ?? "The file";
  if (value === undefined) {
    return source.problemAt(path, { code: "missing-key", message: `"${name}" is missing here.` });
  }
  if (issue.code === "invalid_value") {
    const valid = issue.values.map(String);
    const hint = didYouMean(String(value), valid) ?? `Valid: ${valid.join(", ")}.`;
    const message = `"${name}" cannot be ${JSON.stringify(value)}.`;
    return source.problemAt(path, { code: "unknown-value", message, hint });
  }
  if (issue.code === "invalid_type" || issue.code === "invalid_union") {
    const expected = issue.code === "invalid_type" ? (words[issue.expected] ?? issue.expected) : "a text";
    const message = `"${name}" must be ${expected}, but this is ${describeJson(value)}.`;
    const hint = expected === "a text" ? "Put it in quotes." : undefined;
    return source.problemAt(path, { code: "wrong-type", message, hint });
  }
  if (issue.code === "invalid_key") {
    const [inner] = issue.issues;
    const message = `"${name}" is not a valid name: ${inner === undefined ? issue.message : issueWords(inner)}.`;
    return source.problemAt(path, { code: "invalid-name", message }, { atKey: true });
  }
  return source.problemAt(path, { code: "invalid-value", message: `"${name}": ${issueWords(issue)}.` });
}

const words: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys and values",
  record: "a map of keys and values",
};

function describeJson(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? "a text" : JSON.stringify(value);
}

function valueAt(value: Json, path: YamlPath): unknown {
  let node: unknown = value;
  for (const key of path) {
    if (Array.isArray(node)) node = node[Number(key)];
    else node = isRecord(node) ? node[String(key)] : undefined;
  }
  return node;
}

/** The keys that the object schema at a path knows, looking through records, arrays, unions, defaults and optionals. */
function knownKeys(schema: z.ZodType, path: YamlPath): string[] {
  let node: unknown = schema;
  for (const key of path) {
    const outer = unwrap(node);
    const shape = memberOf(outer, "shape");
    node = isRecord(shape)
      ? shape[String(key)]
      : (memberOf(outer, "element") ?? memberOf(outer, "valueType"));
  }
  const shape = memberOf(unwrap(node), "shape");
  return isRecord(shape) ? Object.keys(shape) : [];
}

function unwrap(schema: unknown): unknown {
  const inner = memberOf(memberOf(schema, "def"), "innerType");
  if (inner !== undefined) return unwrap(inner);
  const options = memberOf(schema, "options");
  return (Array.isArray(options) && options.find((option) => memberOf(option, "shape"))) || schema;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
