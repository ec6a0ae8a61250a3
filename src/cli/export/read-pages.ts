import { RingmainError } from "../../core/errors.ts";
import { isRecord, type Json } from "../../core/json.ts";
import type { ListTool } from "./list-tool.ts";

/**
 * The items of a list, page after page, as long as each names a next one. A page holds as much as the tool allows
 * unless the arguments say otherwise. Throws what a call throws, and STATE_INVALID for a list that names the same page again.
 */
export async function* readPages(options: {
  list: ListTool;
  arguments: Readonly<Record<string, Json>>;
  call: (given: Record<string, Json>) => Promise<Json>;
}): AsyncGenerator<readonly unknown[]> {
  const { list, call } = options;
  const seen = new Set<string>();
  let given: Record<string, Json> = { ...list.whole, ...options.arguments };
  for (;;) {
    const answer = await call(given);
    const { items, next_cursor: cursor } = isRecord(answer) ? answer : {};
    yield Array.isArray(items) ? items : [];
    if (typeof cursor !== "string") return;
    if (seen.has(cursor)) {
      throw new RingmainError("STATE_INVALID", `${list.id} gave the same next_cursor twice.`, {
        hint: "The list would never end; what was read so far is incomplete.",
      });
    }
    seen.add(cursor);
    given = { ...given, cursor };
  }
}
