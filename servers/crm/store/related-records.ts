import { sql } from "kysely";
import type { CrmContext } from "./context.ts";
import type { ContactRow, DealRow, LeadRow, RecordType } from "./tables.ts";

interface Related {
  type: RecordType;
  id: string;
  ref: string;
  name: string;
  status: ContactRow["status"] | LeadRow["status"] | DealRow["status"];
}

/** What points to a record of each type, and by which column. */
const pointers = {
  company: [
    ["contact", "crm_contact", "company_id"],
    ["lead", "crm_lead", "company_id"],
    ["deal", "crm_deal", "company_id"],
  ],
  contact: [
    ["lead", "crm_lead", "contact_id"],
    ["deal", "crm_deal", "contact_id"],
  ],
  lead: [["deal", "crm_deal", "lead_id"]],
} as const;

/** The contacts, leads and deals that belong to a record: at most 20 of each, the newest first. */
export async function relatedRecords(
  { db }: CrmContext,
  type: keyof typeof pointers,
  id: string,
): Promise<Related[]> {
  const found: Related[] = [];
  for (const [child, table, column] of pointers[type]) {
    const { rows } = await sql<Omit<Related, "type">>`
      select id, ref, name, status from ${sql.table(table)}
      where ${sql.ref(column)} = ${id} order by id desc limit 20`.execute(db);
    found.push(...rows.map((row) => ({ type: child, ...row })));
  }
  return found;
}
