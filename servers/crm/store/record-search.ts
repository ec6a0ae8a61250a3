import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { z } from "zod";
import type { recordSummary } from "../records.ts";
import { selectCompanies, showCompany } from "./companies.ts";
import { selectContacts, showContact } from "./contacts.ts";
import type { CrmContext } from "./context.ts";
import { selectDeals, showDeal } from "./deals.ts";
import { selectLeads, showLead } from "./leads.ts";
import { cursorOf, pageOf } from "./pages.ts";
import { containsWords } from "./search-text.ts";
import type { RecordType } from "./tables.ts";

export interface RecordFilter {
  type: RecordType;
  query?: string | undefined;
  /** Empty for all. Must be statuses of the type. */
  status: readonly string[];
  owner_id?: string | undefined;
  company_id?: string | undefined;
  last_activity_before?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

type Summary = z.input<typeof recordSummary>;

/**
 * One page of records of a type, the newest first. Ids grow with time and never change, so that a list read
 * page by page neither skips nor repeats a record that is changed meanwhile.
 */
export async function searchRecords(
  call: CrmContext,
  filter: RecordFilter,
): Promise<{ items: Summary[]; next_cursor: string | undefined }> {
  const [after] = cursorOf(filter.cursor, filter.type, 1) ?? [];
  const most = filter.limit + 1;
  const show = async (): Promise<Summary[]> => {
    switch (filter.type) {
      case "company": {
        const where = conditions("company", filter, after, ["company.search_text"]);
        const rows = await selectCompanies(call)
          .where(where)
          .orderBy("company.id", "desc")
          .limit(most)
          .execute();
        return rows.map((row) => ({ type: "company", ...showCompany(row) }));
      }
      case "contact": {
        const where = conditions("contact", filter, after, ["contact.search_text", "company.name_key"]);
        const rows = await selectContacts(call)
          .where(where)
          .orderBy("contact.id", "desc")
          .limit(most)
          .execute();
        return rows.map((row) => ({ type: "contact", ...showContact(row) }));
      }
      case "lead": {
        const searched = ["lead.search_text", "company.search_text", "contact.search_text"];
        const where = conditions("lead", filter, after, searched);
        const rows = await selectLeads(call).where(where).orderBy("lead.id", "desc").limit(most).execute();
        return rows.map((row) => ({ type: "lead", ...showLead(row) }));
      }
      case "deal": {
        const searched = ["deal.search_text", "company.search_text", "contact.search_text"];
        const where = conditions("deal", filter, after, searched);
        const rows = await selectDeals(call).where(where).orderBy("deal.id", "desc").limit(most).execute();
        return rows.map((row) => ({ type: "deal", ...showDeal(row) }));
      }
    }
  };
  return pageOf(await show(), filter.limit, ({ type, id }) => [type, id]);
}

function conditions(
  type: RecordType,
  filter: RecordFilter,
  after: string | number | undefined,
  searched: readonly string[],
): RawBuilder<SqlBool> {
  const column = (name: string) => sql.ref(`${type}.${name}`);
  const all = [sql<SqlBool>`1`];
  if (filter.status.length > 0) all.push(sql`${column("status")} in (${sql.join(filter.status)})`);
  if (filter.owner_id !== undefined) all.push(sql`${column("owner_id")} = ${filter.owner_id}`);
  if (filter.company_id !== undefined) {
    all.push(sql`${column(type === "company" ? "id" : "company_id")} = ${filter.company_id}`);
  }
  if (filter.last_activity_before !== undefined) {
    all.push(sql`${column("last_activity_on")} < ${filter.last_activity_before}`);
  }
  if (filter.query !== undefined) all.push(containsWords(filter.query, searched));
  if (after !== undefined) all.push(sql`${column("id")} < ${after}`);
  return sql.join(all, sql` and `);
}
