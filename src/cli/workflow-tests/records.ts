import { didYouMean } from "../../core/closest.ts";
import { isRecord, type Json } from "../../core/json.ts";
import type { YamlPath } from "../../core/yaml-file.ts";

/** Names the record that an object is like. */
const like = "$like";

/** How many records may lead from one to the next, where one may by mistake be like itself. */
const mostRecords = 20;

/**
 * Puts records in: an object with `$like: NAME` is that record with the object's own members over it, objects merged
 * member by member. Reports names that are no record's.
 */
export function expandRecords(
  value: Json,
  records: Readonly<Record<string, Record<string, Json>>>,
  report: (path: YamlPath, fault: { code: string; message: string; hint: string }) => void,
): Json {
  /** Within the records `around`, of which none may be like itself. */
  const expand = (part: Json, path: YamlPath, around: readonly Json[]): Json => {
    if (Array.isArray(part)) return part.map((item, index) => expand(item, [...path, index], around));
    if (typeof part !== "object" || part === null) return part;
    const { [like]: name, ...rest } = part;
    const own = Object.fromEntries(
      Object.entries(rest).map(([key, member]): [string, Json] => [
        key,
        expand(member, [...path, key], around),
      ]),
    );
    if (name === undefined) return own;
    const record = typeof name === "string" && Object.hasOwn(records, name) ? records[name] : undefined;
    if (record !== undefined && !around.includes(record)) {
      const base = expand(record, path, [...around, record]);
      return isObject(base) ? merged(base, own) : own;
    }
    const at = [...path, like];
    if (record !== undefined) {
      const hint = "Leave $like out of one of the records.";
      report(at, { code: "invalid-value", message: `The record "${name}" is like itself.`, hint });
      return own;
    }
    const known = Object.keys(records);
    const hint = didYouMean(String(name), known) ?? `Under records: ${known.join(", ") || "none"}.`;
    report(at, { code: "unknown-record", message: `There is no record "${name}".`, hint });
    return own;
  };
  return expand(value, [], []);
}

/**
 * Where the part of an expanded value was written: the path itself, or one into the record that it comes from. Paths
 * are from the file's root.
 */
export function placeInRecords(root: unknown, path: YamlPath, left = mostRecords): YamlPath {
  let node = root;
  for (const [index, key] of path.entries()) {
    if (isRecord(node) && !Object.hasOwn(node, key)) {
      const name = node[like];
      const inside = ["records", String(name), ...path.slice(index)];
      return name !== undefined && left > 0 ? placeInRecords(root, inside, left - 1) : path;
    }
    node = typeof node === "object" && node !== null ? Reflect.get(node, key) : undefined;
  }
  return path;
}

function merged(base: Record<string, Json>, over: Record<string, Json>): Record<string, Json> {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    result[key] = isObject(before) && isObject(value) ? merged(before, value) : value;
  }
  return result;
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return isRecord(value);
}
