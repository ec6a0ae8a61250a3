import type { z } from "zod";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import type { recordSummary } from "../records.ts";
import { selectCompanies, showCompany } from "./companies.ts";
import { concise } from "./concise.ts";
import { selectContacts, showContact } from "./contacts.ts";
import type { CrmContext } from "./context.ts";
import { selectDeals, showDeal } from "./deals.ts";
import { selectLeads, showLead } from "./leads.ts";
import { filterRecords, type RecordFilter } from "./record-filter.ts";
import type { RecordType } from "./tables.ts";

type Summary = z.input<typeof recordSummary>;

/**
 * One page of records of a type, the newest first. Ids grow with time and never change, so that a list read
 * page by page neither skips nor repeats a record that is changed meanwhile.
 */
export async function searchRecords(
  call: CrmContext,
  filter: RecordFilter & { detailed: boolean; limit: number; cursor?: string | undefined },
): Promise<{ items: Summary[]; next_cursor: string | undefined }> {
  const [after] = decodeCursor(filter.type, filter.cursor, 1);
  const ids = await filterRecords(call, filter, { after, most: filter.limit + 1 });
  const records = ids.length === 0 ? [] : await showRecords(call, filter.type, ids);
  const { rows, nextCursor } = pageOf(filter.type, records, filter.limit, ({ id }) => [id]);
  return { items: filter.detailed ? rows : rows.map(concise), next_cursor: nextCursor };
}

/** Records of a type with the names of what they point to, the newest first. */
async function showRecords(call: CrmContext, type: RecordType, ids: string[]): Promise<Summary[]> {
  switch (type) {
    case "company": {
      const rows = await selectCompanies(call)
        .where("company.id", "in", ids)
        .orderBy("company.id", "desc")
        .execute();
      return rows.map((row) => ({ type, ...showCompany(row) }));
    }
    case "contact": {
      const rows = await selectContacts(call)
        .where("contact.id", "in", ids)
        .orderBy("contact.id", "desc")
        .execute();
      return rows.map((row) => ({ type, ...showContact(row) }));
    }
    case "lead": {
      const rows = await selectLeads(call).where("lead.id", "in", ids).orderBy("lead.id", "desc").execute();
      return rows.map((row) => ({ type, ...showLead(row) }));
    }
    case "deal": {
      const rows = await selectDeals(call).where("deal.id", "in", ids).orderBy("deal.id", "desc").execute();
      return rows.map((row) => ({ type, ...showDeal(row) }));
    }
  }
}
