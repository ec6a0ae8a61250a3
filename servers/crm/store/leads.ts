import type { z } from "zod";
import type { leadRecord } from "../records.ts";
import { type CrmContext, newRow, today } from "./context.ts";
import { nextRef } from "./references.ts";
import { foldText, searchColumns } from "./search-text.ts";
import type { LeadRow } from "./tables.ts";

/** Leads with the names of what they point to, ready to be filtered. */
export function selectLeads({ db }: Pick<CrmContext, "db">) {
  return db
    .selectFrom("crm_lead as lead")
    .innerJoin("crm_owner as owner", "owner.id", "lead.owner_id")
    .innerJoin("crm_company as company", "company.id", "lead.company_id")
    .innerJoin("crm_contact as contact", "contact.id", "lead.contact_id")
    .selectAll("lead")
    .select(["owner.name as owner_name", "company.name as company_name", "contact.name as contact_name"]);
}

interface LeadNames {
  owner_name: string;
  company_name: string;
  contact_name: string;
}

/** A lead as lists show it. */
export function showLead(row: LeadRow & LeadNames): z.input<typeof leadRecord> {
  return {
    id: row.id,
    ref: row.ref,
    name: row.name,
    status: row.status,
    source: row.source,
    owner: { id: row.owner_id, name: row.owner_name },
    contact: { id: row.contact_id, name: row.contact_name },
    company: { id: row.company_id, name: row.company_name },
    last_activity_on: row.last_activity_on,
    note: row.note ?? undefined,
    closed_reason: row.closed_reason ?? undefined,
    created_at: row.created_at,
    updated_at: row.updated_at,
    version: row.version,
  };
}

export async function getLead(call: CrmContext, id: string): Promise<z.input<typeof leadRecord>> {
  return showLead(await selectLeads(call).where("lead.id", "=", id).executeTakeFirstOrThrow());
}

/** The open lead of this contact with this name, whatever its case and accents. */
export async function findOpenLead(
  { db }: CrmContext,
  contactId: string,
  name: string,
): Promise<LeadRow | undefined> {
  return db
    .selectFrom("crm_lead")
    .selectAll()
    .where("contact_id", "=", contactId)
    .where("status", "=", "open")
    .where("name_key", "=", foldText(name))
    .orderBy("id")
    .executeTakeFirst();
}

/** Adds an open lead and returns its id. */
export async function insertLead(
  call: CrmContext,
  lead: Pick<LeadRow, "name" | "source" | "company_id" | "contact_id" | "owner_id"> & {
    note?: string | undefined;
  },
): Promise<string> {
  const id = call.newId("lead");
  const ref = await nextRef(call, "LEAD");
  await call.db
    .insertInto("crm_lead")
    .values({
      ...lead,
      id,
      ref,
      status: "open",
      last_activity_on: today(call),
      ...searchColumns(lead.name, ref),
      ...newRow(call),
    })
    .execute();
  call.changed("crm_lead", id, 1);
  return id;
}

/** The row of a lead that is known to exist. */
export async function leadRow({ db }: CrmContext, id: string): Promise<LeadRow> {
  return db.selectFrom("crm_lead").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

/** Gives a lead another status; `reason` is why it is closed. */
export async function setLeadStatus(
  call: CrmContext,
  lead: LeadRow,
  status: LeadRow["status"],
  reason: string | null,
): Promise<void> {
  const version = lead.version + 1;
  await call.db
    .updateTable("crm_lead")
    .set({ status, closed_reason: reason, version, updated_at: call.now.toISOString() })
    .where("id", "=", lead.id)
    .execute();
  call.changed("crm_lead", lead.id, version);
}
