import { sql } from "kysely";
import { RingmainError } from "../../../src/core/errors.ts";
import { type CrmContext, today } from "./context.ts";
import { followRedirect, type Redirect } from "./redirects.ts";
import { keyColumn } from "./references.ts";
import type { RecordRow, RecordType } from "./tables.ts";

export const recordTables = {
  company: "crm_company",
  contact: "crm_contact",
  lead: "crm_lead",
  deal: "crm_deal",
} as const;

export interface FoundRecord extends RecordRow {
  /** Present when the key was that of a record that has been merged into this one. */
  redirected_from?: Redirect;
}

/**
 * The record that an id or a reference names, of any type or of one; an old one leads to the record that it was
 * merged into. Throws NOT_FOUND or INPUT_INVALID.
 */
export async function findRecord(call: CrmContext, key: string, type?: RecordType): Promise<FoundRecord> {
  const record = (await readRecord(call, key)) ?? (await readRedirected(call, key));
  if (!record) {
    throw new RingmainError("NOT_FOUND", `There is no ${type ?? "record"} "${key}".`, {
      hint: `Find it with search_records${type ? ` and type ${type}` : " (type company, contact, lead or deal)"}; ids and references such as DEAL-0031 both work.`,
    });
  }
  if (type !== undefined && record.type !== type) {
    throw new RingmainError("INPUT_INVALID", `"${key}" is a ${record.type}, not a ${type}.`, {
      hint: `Name a ${type}, or use get_record with type ${record.type} to read this one.`,
    });
  }
  return record;
}

async function readRecord({ db }: CrmContext, key: string): Promise<RecordRow | undefined> {
  return db.selectFrom("crm_record").selectAll().where(keyColumn(key), "=", key).executeTakeFirst();
}

async function readRedirected(call: CrmContext, key: string): Promise<FoundRecord | undefined> {
  const redirect = await followRedirect(call, key);
  if (redirect === undefined) return undefined;
  const record = await readRecord(call, redirect.survivorId);
  return record && { ...record, redirected_from: redirect.from };
}

/**
 * Notes that something happened with a record on a day: `last_activity_on` of the record, and of the company
 * and the contact it belongs to, moves forward (never back).
 */
export async function touchRecord(call: CrmContext, record: RecordRow, on = today(call)): Promise<void> {
  await touchRow(call, record.type, record.id, on);
  if (record.type !== "contact" && record.contact_id) await touchRow(call, "contact", record.contact_id, on);
  if (record.type !== "company" && record.company_id) await touchRow(call, "company", record.company_id, on);
}

async function touchRow(call: CrmContext, type: RecordType, id: string, on: string): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    update ${sql.table(recordTables[type])}
    set last_activity_on = ${on}, version = version + 1, updated_at = ${call.now.toISOString()}
    where id = ${id} and last_activity_on < ${on}
    returning version`.execute(call.db);
  for (const { version } of rows) call.changed(recordTables[type], id, version);
}
