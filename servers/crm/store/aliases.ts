import type { CrmContext } from "./context.ts";
import type { AliasKind } from "./tables.ts";

/** The record that a further key leads to: a domain, external id or email of a record that was merged into it. */
export async function recordOfAlias(
  { db }: CrmContext,
  kind: AliasKind,
  value: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("crm_alias")
    .select("record_id")
    .where("kind", "=", kind)
    .where("value", "=", value)
    .executeTakeFirst();
  return row?.record_id;
}

/** The further keys of a record. */
export async function aliasesOf({ db }: CrmContext, recordId: string) {
  return db
    .selectFrom("crm_alias")
    .select(["kind", "value"])
    .where("record_id", "=", recordId)
    .orderBy("kind")
    .orderBy("value")
    .execute();
}

/** Texts by which a record is found besides its own: the keys, refs and names of what was merged into it. */
export async function formerTexts(call: CrmContext, recordId: string): Promise<string[]> {
  const aliases = await aliasesOf(call, recordId);
  const merged = await mergedInto(call, recordId);
  return [...aliases.map(({ value }) => value), ...merged.flatMap(({ ref, name }) => [ref, name])];
}

/** Everything that was merged into a record, directly or by way of another, in that order. */
export async function mergedInto({ db }: CrmContext, recordId: string) {
  return db
    .withRecursive("merged", (query) =>
      query
        .selectFrom("crm_merge")
        .selectAll()
        .where("into_id", "=", recordId)
        .union((again) =>
          again
            .selectFrom("crm_merge as earlier")
            .innerJoin("merged", "merged.from_id", "earlier.into_id")
            .selectAll("earlier"),
        ),
    )
    .selectFrom("merged")
    .select(["from_id as id", "from_ref as ref", "from_name as name", "reason", "merged_by", "merged_at"])
    .orderBy("merged_at")
    .orderBy("merged.id")
    .execute();
}

/** Adds a key that leads to a record. The key must be free. */
export async function addAlias(
  { db }: CrmContext,
  kind: AliasKind,
  value: string,
  recordId: string,
): Promise<void> {
  await db.insertInto("crm_alias").values({ kind, value, record_id: recordId }).execute();
}

/** Takes a further key away, because it becomes the record's own. */
export async function removeAlias({ db }: CrmContext, kind: AliasKind, value: string): Promise<void> {
  await db.deleteFrom("crm_alias").where("kind", "=", kind).where("value", "=", value).execute();
}
