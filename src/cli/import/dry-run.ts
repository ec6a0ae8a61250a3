import { createHash } from "node:crypto";
import { RingmainError } from "../../core/errors.ts";
import { canonicalJson } from "../../core/json.ts";
import type { ToolDescription } from "../../core/tool-description.ts";
import { checkTemplate } from "../../workflow/check-template.ts";
import { noFacts } from "../../workflow/narrowing.ts";
import { typeOfSchema } from "../../workflow/schema-type.ts";
import type { RowCall } from "./evaluate-row.ts";

/**
 * Makes a stand-in for the calls of an import: it holds each row's arguments against the tool's input schema, rows of one
 * key against each other, and keys against those of calls that were made. What only the server can know (a customer that is
 * not there, a row that has changed since) it cannot say.
 */
export function dryCaller(
  tool: ToolDescription,
  wasDone: (key: string) => boolean,
): (call: RowCall) => Promise<{ replayed: boolean }> {
  const expected = typeOfSchema(tool.inputSchema);
  const scope = { variables: {}, facts: noFacts };
  // hashes, so that a large file does not stand in memory
  const seen = new Map<string, string>();
  return async ({ key, arguments: given }) => {
    const text = canonicalJson(given);
    const hash = createHash("sha256").update(text).digest("base64");
    const before = seen.get(key);
    if (before !== undefined && before !== hash) {
      throw new RingmainError("CONFLICT", `Another row above has the key ${key} and other values.`, {
        hint: "Each row needs a key of its own.",
      });
    }
    // a text that reads like an expression is the row's own and must not be taken for one
    const [fault] = text.includes("${{") ? [] : checkTemplate(given, scope, expected).faults;
    if (fault) {
      const place = fault.path.length === 0 ? "" : `${fault.path.join(".")}: `;
      throw new RingmainError("INPUT_INVALID", `${place}${fault.message}`, { hint: fault.hint });
    }
    seen.set(key, hash);
    return { replayed: before !== undefined || wasDone(key) };
  };
}
