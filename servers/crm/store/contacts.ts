import type { z } from "zod";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import type { contactRecord } from "../records.ts";
import { addAlias, formerTexts, recordOfAlias, removeAlias } from "./aliases.ts";
import { type CrmContext, newRow, today } from "./context.ts";
import { emailKey, normalizeEmail } from "./domains.ts";
import { getActiveOwner } from "./owners.ts";
import { nextRef } from "./references.ts";
import { searchColumns } from "./search-text.ts";
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

/** A contact as tools show it. */
export function showContact(
  row: ContactRow & { owner_name: string; company_name: string | null },
): z.input<typeof contactRecord> {
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
    created_at: row.created_at,
    updated_at: row.updated_at,
    version: row.version,
  };
}

/** The row of a contact that is known to exist. */
export async function contactRow({ db }: Pick<CrmContext, "db">, id: string): Promise<ContactRow> {
  return db.selectFrom("crm_contact").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

export async function getContact(call: CrmContext, id: string) {
  return showContact(await selectContacts(call).where("contact.id", "=", id).executeTakeFirstOrThrow());
}

/** What a caller may say of a contact; what is left out stays as it is. */
export interface ContactInput {
  name?: string | undefined;
  status?: "active" | "archived" | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  job_title?: string | undefined;
  company_id?: string | undefined;
  owner_id?: string | undefined;
}

export const clearableContactFields = ["email", "phone", "job_title", "company_id"] as const;

/** Adds a contact and returns its id. The email address must be free. */
export async function insertContact(
  call: CrmContext,
  contact: ContactInput & { name: string; owner_id: string },
): Promise<string> {
  const id = call.newId("con");
  const ref = await nextRef(call, "CONT");
  await call.db
    .insertInto("crm_contact")
    .values({
      ...contact,
      ...emailColumns(contact.email),
      id,
      ref,
      status: contact.status ?? "active",
      last_activity_on: today(call),
      ...searchColumns(contact.name, ref, contact.email),
      ...newRow(call),
    })
    .execute();
  call.changed("crm_contact", id, 1);
  return id;
}

/**
 * Writes what differs; a contact that already is as the caller says keeps its version. An address that it has
 * from a merged contact stays a further one, unless `replaceEmail`: then it becomes its own, and the other way round.
 */
export async function updateContact(
  call: CrmContext,
  current: ContactRow,
  input: ContactInput,
  options: {
    expected?: number | undefined;
    clear?: readonly (typeof clearableContactFields)[number][];
    replaceEmail: boolean;
  },
): Promise<void> {
  const { expected, clear = [], replaceEmail } = options;
  if (expected !== undefined && expected !== current.version) {
    const record = await getContact(call, current.id);
    expectVersion({ name: current.ref, record, expected, readBy: "get_record" });
  }
  const kept = { email: current.email, email_key: current.email_key };
  const next = {
    name: input.name ?? current.name,
    status: input.status ?? current.status,
    company_id: clear.includes("company_id") ? null : (input.company_id ?? current.company_id),
    phone: clear.includes("phone") ? null : (input.phone ?? current.phone),
    job_title: clear.includes("job_title") ? null : (input.job_title ?? current.job_title),
    owner_id: input.owner_id ?? current.owner_id,
    ...(clear.includes("email")
      ? emailColumns(undefined)
      : ((await nextEmail(call, current, input.email, replaceEmail)) ?? kept)),
  };
  if (next.owner_id !== current.owner_id) await getActiveOwner(call, next.owner_id);
  if (JSON.stringify({ ...current, ...next }) === JSON.stringify(current)) return;
  const version = current.version + 1;
  const former = await formerTexts(call, current.id);
  await call.db
    .updateTable("crm_contact")
    .set({
      ...next,
      ...searchColumns(next.name, current.ref, next.email, ...former),
      version,
      updated_at: call.now.toISOString(),
    })
    .where("id", "=", current.id)
    .execute();
  call.changed("crm_contact", current.id, version);
}

/** The columns of an address that replaces the present one; undefined when that stays. */
async function nextEmail(call: CrmContext, current: ContactRow, email: string | undefined, replace: boolean) {
  if (email === undefined) return undefined;
  const key = emailKey(email);
  // the same address in other letters is not a change, unless the contact is named by its id
  if (key === current.email_key) return replace ? emailColumns(email) : undefined;
  if ((await recordOfAlias(call, "email", key)) === undefined) return emailColumns(email);
  if (current.email_key !== null && !replace) return undefined;
  await removeAlias(call, "email", key);
  if (current.email_key !== null) await addAlias(call, "email", current.email_key, current.id);
  return emailColumns(email);
}

function emailColumns(email: string | undefined) {
  return email === undefined
    ? { email: null, email_key: null }
    : { email: normalizeEmail(email), email_key: emailKey(email) };
}
