/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * The JSON text of a value with its keys in code-unit order, so that equal values have equal text
 * (the ordering rule of RFC 8785 §3.2.3). Keys whose value is undefined are left out, as JSON.stringify does.
 */
export function canonicalJson(value: unknown): string {
  // Copying into objects with ordered keys and writing them in one go is two to three times faster than joining
  // members. A copy is no use when a key is like a number or `__proto__`: JavaScript has its own place for those.
  let copyable = true;
  const ordered = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    if (Array.isArray(part)) return part.map(ordered);
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(part).sort()) {
      const first = key.charCodeAt(0);
      if ((first >= 48 && first <= 57) || key === "__proto__") copyable = false;
      copy[key] = ordered(Reflect.get(part, key));
    }
    return copy;
  };
  const copy = ordered(value);
  return copyable ? (JSON.stringify(copy) ?? "null") : joined(value);
}

function joined(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(joined).join(",")}]`;
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key);
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${joined(member)}`);
  }
  return `{${members.join(",")}}`;
}

/** Whether a value is an object with string keys, and not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
