import { canonicalJson, isRecord, type Json } from "../../core/json.ts";

/** A part of a value that is not as expected. */
export interface ValueDifference {
  /** Keys and indexes from the value to the part. */
  path: readonly (string | number)[];
  /** Absent where nothing was expected. */
  expected?: Json;
  /** Absent where there is nothing. */
  actual?: Json;
}

/**
 * What of an expected value is not so. An object may have further members, unless `exact`; lists have the same length
 * and are compared item by item.
 */
export function differencesOf(
  expected: Json,
  actual: Json | undefined,
  { exact = false }: { exact?: boolean } = {},
): ValueDifference[] {
  const compare = (
    wanted: Json,
    found: Json | undefined,
    path: ValueDifference["path"],
  ): ValueDifference[] => {
    if (found === undefined) return [{ path, expected: wanted }];
    if (Array.isArray(wanted) && Array.isArray(found) && wanted.length === found.length)
      return wanted.flatMap((item, index) => compare(item, found[index], [...path, index]));
    if (isObject(wanted) && isObject(found)) {
      const further = exact ? Object.keys(found).filter((key) => !Object.hasOwn(wanted, key)) : [];
      return [
        ...Object.entries(wanted).flatMap(([key, member]) =>
          compare(member, Object.hasOwn(found, key) ? found[key] : undefined, [...path, key]),
        ),
        ...further.flatMap((key) => {
          const member = found[key];
          return member === undefined ? [] : [{ path: [...path, key], actual: member }];
        }),
      ];
    }
    return canonicalJson(wanted) === canonicalJson(found) ? [] : [{ path, expected: wanted, actual: found }];
  };
  return compare(expected, actual, []);
}

function isObject(value: Json): value is Record<string, Json> {
  return isRecord(value);
}
