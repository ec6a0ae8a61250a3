import { RingmainError } from "../../core/errors.ts";
import { isRecord, type Json } from "../../core/json.ts";
import { type ListTool, listIn, type RowList } from "./list-tool.ts";

/**
 * The rows of a list, page after page, as long as each names a next one. A page holds as much as the tool allows
 * unless the arguments say otherwise. Resolves with what the first page has rows of, once it is read. Throws what a
 * call throws, and STATE_INVALID for an answer without rows and for a list that names the same page again.
 */
export async function readPages(options: {
  tool: ListTool;
  arguments: Readonly<Record<string, Json>>;
  call: (given: Record<string, Json>) => Promise<Json>;
}): Promise<{ list: RowList; pages: AsyncGenerator<readonly unknown[]> }> {
  const { tool, call } = options;
  const given: Record<string, Json> = { ...tool.whole, ...options.arguments };
  const first = await call(given);
  const list = listIn(tool, first);
  return { list, pages: pagesFrom() };

  async function* pagesFrom(): AsyncGenerator<readonly unknown[]> {
    const seen = new Set<string>();
    for (let answer = first; ; ) {
      yield rowsOf(answer, list);
      const cursor = isRecord(answer) ? answer.next_cursor : undefined;
      if (typeof cursor !== "string") return;
      if (seen.has(cursor)) {
        throw new RingmainError("STATE_INVALID", `${tool.id} gave the same next_cursor twice.`, {
          hint: "The list would never end; what was read so far is incomplete.",
        });
      }
      seen.add(cursor);
      answer = await call({ ...given, cursor });
    }
  }
}

function rowsOf(answer: Json, { member, inner }: RowList): readonly unknown[] {
  const entries = isRecord(answer) ? answer[member] : undefined;
  if (!Array.isArray(entries)) return [];
  if (inner === undefined) return entries;
  return entries.flatMap((entry: unknown) => {
    const rows = isRecord(entry) ? entry[inner] : undefined;
    if (!isRecord(entry) || !Array.isArray(rows)) return [entry];
    return rows.map((row: unknown) => ({ ...entry, [inner]: row }));
  });
}
