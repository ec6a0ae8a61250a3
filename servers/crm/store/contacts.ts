import type { z } from "zod";
import type { recordSummary } from "../records.ts";
import { type CrmContext, newRow, today } from "./context.ts";
import { nextRef } from "./references.ts";
import { foldText, searchColumns } from "./search-text.ts";
import type { ContactRow } from "./tables.ts";

/** Contacts with the names of their companies and owners, ready to be filtered. */
export function selectContacts({ db }: Pick<CrmContext, "db">) {
  return db
    .selectFrom("crm_contact as contact")
    .innerJoin("crm_owner as owner", "owner.id", "contact.owner_id")
    .leftJoin("crm_company as company", "company.id", "contact.company_id")
    .selectAll("contact")
    .select(["owner.name as owner_name", "company.name as company_name"]);
}

type ContactView = Omit<Extract<z.input<typeof recordSummary>, { type: "contact" }>, "type">;

/** A contact as tools show it. */
export function showContact(
  row: ContactRow & { owner_name: string; company_name: string | null },
): ContactView {
  const { company_id, company_name } = row;
  return {
    id: row.id,
    ref: row.ref,
    name: row.name,
    status: row.status,
    company: company_id && company_name ? { id: company_id, name: company_name } : undefined,
    email: row.email ?? undefined,
    phone: row.phone ?? undefined,
    job_title: row.job_title ?? undefined,
    owner: { id: row.owner_id, name: row.owner_name },
    last_activity_on: row.last_activity_on,
    version: row.version,
  };
}

export async function getContact(call: CrmContext, id: string) {
  return showContact(await selectContacts(call).where("contact.id", "=", id).executeTakeFirstOrThrow());
}

/** The contact with this normalised email address. */
export async function findContactByEmail({ db }: CrmContext, email: string): Promise<ContactRow | undefined> {
  return db.selectFrom("crm_contact").selectAll().where("email", "=", email).executeTakeFirst();
}

/** The first contact of this name in a company, whatever its case and accents. */
export async function findContactByName(
  { db }: CrmContext,
  companyId: string,
  name: string,
): Promise<ContactRow | undefined> {
  return db
    .selectFrom("crm_contact")
    .selectAll()
    .where("company_id", "=", companyId)
    .where("name_key", "=", foldText(name))
    .orderBy("id")
    .executeTakeFirst();
}

/** Adds a contact and returns its id. The email address must be normalised, and free. */
export async function insertContact(
  call: CrmContext,
  contact: Pick<ContactRow, "name" | "owner_id"> & {
    company_id: string;
    email?: string | undefined;
    phone?: string | undefined;
  },
): Promise<string> {
  const id = call.newId("con");
  const ref = await nextRef(call, "CONT");
  await call.db
    .insertInto("crm_contact")
    .values({
      ...contact,
      id,
      ref,
      status: "active",
      last_activity_on: today(call),
      ...searchColumns(contact.name, ref, contact.email),
      ...newRow(call),
    })
    .execute();
  call.changed("crm_contact", id, 1);
  return id;
}

/** Gives a contact the details it does not have yet, and replaces none. */
export async function completeContact(
  call: CrmContext,
  current: ContactRow,
  details: { company_id: string; email?: string | undefined; phone?: string | undefined },
): Promise<void> {
  const next = {
    company_id: current.company_id ?? details.company_id,
    email: current.email ?? details.email ?? null,
    phone: current.phone ?? details.phone ?? null,
  };
  if (JSON.stringify({ ...current, ...next }) === JSON.stringify(current)) return;
  const version = current.version + 1;
  await call.db
    .updateTable("crm_contact")
    .set({
      ...next,
      ...searchColumns(current.name, current.ref, next.email),
      version,
      updated_at: call.now.toISOString(),
    })
    .where("id", "=", current.id)
    .execute();
  call.changed("crm_contact", current.id, version);
}
