import { z } from "zod";

const answer = z.object({
  items: z.array(z.record(z.string(), z.unknown())),
  next_cursor: z.string().optional(),
});

/** All items of a list tool, page by page. */
export async function everyPage(
  crm: { call(name: string, args: Record<string, unknown>): Promise<unknown> },
  tool: string,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  do {
    const page = answer.parse(await crm.call(tool, { ...args, ...(cursor && { cursor }) }));
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return items;
}
