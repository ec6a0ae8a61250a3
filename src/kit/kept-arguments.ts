import { canonicalJson } from "../core/json.ts";

/** The arguments of a refused call are kept up to this length, so that nobody can fill the disk with refusals. */
const largestRefusedArguments = 64 * 1024;

/** Arguments that were not parsed, for the entry of their refusal. */
export function textOfUnread(value: unknown): string {
  try {
    return canonicalJson(value ?? {});
  } catch {
    return canonicalJson({ omitted: "not to be written down, for instance nested too deep" });
  }
}

/** The arguments of a refused or failed call, as its payload keeps them. */
export function shortened(text: string): string {
  return text.length <= largestRefusedArguments
    ? text
    : canonicalJson({ omitted: "too long", length: text.length });
}
