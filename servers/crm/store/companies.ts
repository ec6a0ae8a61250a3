import type { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import type { companyRecord } from "../records.ts";
import { type CrmContext, newRow, today } from "./context.ts";
import { getActiveOwner, pickOwner } from "./owners.ts";
import { nextRef } from "./references.ts";
import { foldText, searchColumns } from "./search-text.ts";
import type { CompanyRow } from "./tables.ts";
import { expectVersion } from "./versions.ts";

/** What a caller may say of a company; what is left out stays as it is. */
export interface CompanyInput {
  name: string;
  domain?: string | undefined;
  external_id?: string | undefined;
  country?: string | undefined;
  city?: string | undefined;
  language?: string | undefined;
  phone?: string | undefined;
  owner_id?: string | undefined;
}

/** Companies with the names of their owners, ready to be filtered. */
export function selectCompanies({ db }: Pick<CrmContext, "db">) {
  return db
    .selectFrom("crm_company as company")
    .innerJoin("crm_owner as owner", "owner.id", "company.owner_id")
    .selectAll("company")
    .select("owner.name as owner_name");
}

/** A company as tools show it. */
export function showCompany(row: CompanyRow & { owner_name: string }): z.input<typeof companyRecord> {
  return {
    id: row.id,
    ref: row.ref,
    name: row.name,
    status: row.status,
    domain: row.domain ?? undefined,
    external_id: row.external_id ?? undefined,
    country: row.country ?? undefined,
    city: row.city ?? undefined,
    language: row.language ?? undefined,
    phone: row.phone ?? undefined,
    owner: { id: row.owner_id, name: row.owner_name },
    last_activity_on: row.last_activity_on,
    version: row.version,
  };
}

export async function getCompany(call: CrmContext, id: string) {
  return showCompany(await selectCompanies(call).where("company.id", "=", id).executeTakeFirstOrThrow());
}

/**
 * The company with this domain or this external id. Throws CONFLICT when the two belong to different companies,
 * or when the company of this domain already has another external id.
 */
export async function matchCompany(
  { db }: CrmContext,
  keys: Pick<CompanyInput, "domain" | "external_id">,
): Promise<CompanyRow | undefined> {
  const find = async (column: "domain" | "external_id") => {
    const value = keys[column];
    if (value === undefined) return undefined;
    return db.selectFrom("crm_company").selectAll().where(column, "=", value).executeTakeFirst();
  };
  const byDomain = await find("domain");
  const byExternalId = await find("external_id");
  if (byDomain && byExternalId && byDomain.id !== byExternalId.id) {
    throw new RingmainError(
      "CONFLICT",
      `The domain ${byDomain.domain} belongs to ${byDomain.ref} ${byDomain.name}, the external_id ${byExternalId.external_id} to ${byExternalId.ref} ${byExternalId.name}.`,
      { hint: "Pass only the key of the company that you mean." },
    );
  }
  const other = byDomain?.external_id;
  if (byDomain && other && keys.external_id !== undefined && other !== keys.external_id) {
    throw new RingmainError(
      "CONFLICT",
      `The domain ${byDomain.domain} belongs to ${byDomain.ref} ${byDomain.name}, whose external_id is ${other}.`,
      { hint: "Leave external_id out to update that company, or domain to add another one." },
    );
  }
  return byDomain ?? byExternalId;
}

/** The first company of exactly this name, whatever its case and accents. */
export async function findCompanyByName({ db }: CrmContext, name: string): Promise<CompanyRow | undefined> {
  return db
    .selectFrom("crm_company")
    .selectAll()
    .where("name_key", "=", foldText(name))
    .orderBy("id")
    .executeTakeFirst();
}

/** Adds a company and returns its id. Its domain must be normalised, and its keys free. */
export async function insertCompany(call: CrmContext, input: CompanyInput): Promise<string> {
  const { owner_id, ...rest } = input;
  const id = call.newId("com");
  const ref = await nextRef(call, "COMP");
  await call.db
    .insertInto("crm_company")
    .values({
      ...rest,
      id,
      ref,
      status: "active",
      owner_id: owner_id ? (await getActiveOwner(call, owner_id)).id : await pickOwner(call),
      last_activity_on: today(call),
      ...searchColumns(input.name, ref, input.domain, input.external_id, input.city),
      ...newRow(call),
    })
    .execute();
  call.changed("crm_company", id, 1);
  return id;
}

/** Writes what differs; a company that already is as the caller says keeps its version. */
export async function updateCompany(
  call: CrmContext,
  current: CompanyRow,
  input: CompanyInput,
  expected: number | undefined,
): Promise<void> {
  if (expected !== undefined && expected !== current.version) {
    expectVersion(await getCompany(call, current.id), expected);
  }
  const next = {
    name: input.name,
    domain: input.domain ?? current.domain,
    external_id: input.external_id ?? current.external_id,
    country: input.country ?? current.country,
    city: input.city ?? current.city,
    language: input.language ?? current.language,
    phone: input.phone ?? current.phone,
    owner_id: input.owner_id ?? current.owner_id,
  };
  if (next.owner_id !== current.owner_id) await getActiveOwner(call, next.owner_id);
  if (JSON.stringify({ ...current, ...next }) === JSON.stringify(current)) return;
  const version = current.version + 1;
  await call.db
    .updateTable("crm_company")
    .set({
      ...next,
      ...searchColumns(next.name, current.ref, next.domain, next.external_id, next.city),
      version,
      updated_at: call.now.toISOString(),
    })
    .where("id", "=", current.id)
    .execute();
  call.changed("crm_company", current.id, version);
}
