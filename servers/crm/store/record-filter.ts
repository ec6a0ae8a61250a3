import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { CrmContext } from "./context.ts";
import { recordTables } from "./record-directory.ts";
import { foldText } from "./search-text.ts";
import type { RecordType } from "./tables.ts";

export interface RecordFilter {
  type: RecordType;
  query?: string | undefined;
  /** Empty for all. Must be statuses of the type. */
  status: readonly string[];
  owner_id?: string | undefined;
  company_id?: string | undefined;
  /** Keys of stages; of deals only, as is the pipeline. */
  stage: readonly string[];
  pipeline_id?: string | undefined;
  last_activity_from?: string | undefined;
  last_activity_before?: string | undefined;
  created_from?: string | undefined;
  created_before?: string | undefined;
  updated_from?: string | undefined;
  updated_before?: string | undefined;
}

/** The ids of the records that pass a filter, the newest first, those after `after` only. Joins nothing, to be fast. */
export async function filterRecords(
  { db, hides }: CrmContext,
  filter: RecordFilter,
  page: { after: string | number | undefined; most: number },
): Promise<string[]> {
  const conditions = [...columnConditions(filter), ...wordConditions(filter, hides("personal"))];
  if (page.after !== undefined) conditions.push(sql`id < ${page.after}`);
  const where = conditions.length === 0 ? sql<SqlBool>`1` : sql.join(conditions, sql` and `);
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(recordTables[filter.type])}
    where ${where} order by id desc limit ${page.most}`.execute(db);
  return rows.map(({ id }) => id);
}

function columnConditions(filter: RecordFilter): RawBuilder<SqlBool>[] {
  const all: RawBuilder<SqlBool>[] = [];
  if (filter.status.length > 0) all.push(sql`status in (${sql.join(filter.status)})`);
  if (filter.owner_id !== undefined) all.push(sql`owner_id = ${filter.owner_id}`);
  if (filter.company_id !== undefined) {
    all.push(sql`${sql.ref(filter.type === "company" ? "id" : "company_id")} = ${filter.company_id}`);
  }
  if (filter.stage.length > 0) all.push(sql`stage in (${sql.join(filter.stage)})`);
  if (filter.pipeline_id !== undefined) all.push(sql`pipeline_id = ${filter.pipeline_id}`);
  // instants begin with their day in UTC, so that they compare with a day as text
  const ranges = [
    ["last_activity_on", filter.last_activity_from, filter.last_activity_before],
    ["created_at", filter.created_from, filter.created_before],
    ["updated_at", filter.updated_from, filter.updated_before],
  ] as const;
  for (const [name, from, before] of ranges) {
    if (from !== undefined) all.push(sql`${sql.ref(name)} >= ${from}`);
    if (before !== undefined) all.push(sql`${sql.ref(name)} < ${before}`);
  }
  return all;
}

/**
 * Each word of the query stands in the record, its company or its contact. Companies and contacts are looked
 * through once for each word, and not once for each record. For a caller who does not see people, their names and
 * addresses are not looked through: what is found would tell them.
 */
function wordConditions({ type, query }: RecordFilter, hidesPeople: boolean): RawBuilder<SqlBool>[] {
  if (query === undefined) return [];
  return foldText(query)
    .split(" ")
    .map((word) => {
      const isPerson = type === "contact" || type === "lead";
      const own = hidesPeople && isPerson ? sql`lower(ref)` : sql`search_text`;
      const places = [sql<SqlBool>`instr(${own}, ${word}) > 0`];
      if (type === "contact") {
        places.push(sql`company_id in (select id from crm_company where instr(name_key, ${word}) > 0)`);
      }
      if (type === "lead" || type === "deal") {
        places.push(sql`company_id in (select id from crm_company where instr(search_text, ${word}) > 0)`);
        if (!hidesPeople) {
          places.push(sql`contact_id in (select id from crm_contact where instr(search_text, ${word}) > 0)`);
        }
      }
      return sql<SqlBool>`(${sql.join(places, sql` or `)})`;
    });
}
