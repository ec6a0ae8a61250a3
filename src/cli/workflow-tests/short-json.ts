import type { Json } from "../../core/json.ts";

const longest = 400;

/** A value on one line; what is very long is cut. */
export function shortJson(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}
