import type { CrmContext } from "./context.ts";

export type RefPrefix = "COMP" | "CONT" | "LEAD" | "DEAL" | "TASK";

/** Writes a reference as people say it: `DEAL-0031`. */
function formatRef(prefix: RefPrefix, number: number): string {
  return `${prefix}-${String(number).padStart(4, "0")}`;
}

/** Takes the next reference of a series. References are never used twice. */
export async function nextRef({ db }: CrmContext, prefix: RefPrefix): Promise<string> {
  const { last } = await db
    .insertInto("crm_sequence")
    .values({ prefix, last: 1 })
    .onConflict((conflict) =>
      conflict.column("prefix").doUpdateSet((eb) => ({ last: eb("crm_sequence.last", "+", 1) })),
    )
    .returning("last")
    .executeTakeFirstOrThrow();
  return formatRef(prefix, last);
}

/** The column by which a text that a caller wrote names a row: its reference or its id. */
export function keyColumn(text: string): "ref" | "id" {
  return /^[A-Z]+-\d+$/.test(text) ? "ref" : "id";
}
