import type { CrmContext } from "./context.ts";
import { keyColumn } from "./references.ts";

/** How an old id or ref leads to a record: what it once named, and when that was merged away. */
export interface Redirect {
  id: string;
  ref: string;
  name: string;
  merged_at: string;
}

/** The id of the record that an old id or ref leads to by now, however often that was merged on. */
export async function followRedirect(
  call: CrmContext,
  key: string,
): Promise<{ survivorId: string; from: Redirect } | undefined> {
  const first = await call.db
    .selectFrom("crm_merge")
    .selectAll()
    .where(keyColumn(key) === "ref" ? "from_ref" : "from_id", "=", key)
    .executeTakeFirst();
  if (first === undefined) return undefined;
  const { from_id: id, from_ref: ref, from_name: name, merged_at } = first;
  let survivorId = first.into_id;
  // ends, as an id that was merged away is never used again
  for (let next: string | undefined = survivorId; next !== undefined; next = await mergedIntoOf(call, next)) {
    survivorId = next;
  }
  return { survivorId, from: { id, ref, name, merged_at } };
}

async function mergedIntoOf({ db }: CrmContext, id: string): Promise<string | undefined> {
  const row = await db.selectFrom("crm_merge").select("into_id").where("from_id", "=", id).executeTakeFirst();
  return row?.into_id;
}
