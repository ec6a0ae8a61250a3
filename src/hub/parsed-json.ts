import type { Json } from "../core/json.ts";

/** Whether a member of a parsed message is there. What came out of JSON.parse can only be JSON, or be missing. */
export function isParsedJson(value: unknown): value is Json {
  return value !== undefined;
}
