import type { z } from "zod";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import type { companyRecord } from "../records.ts";
import { addAlias, formerTexts, recordOfAlias, removeAlias } from "./aliases.ts";
import { type CrmContext, newRow, today } from "./context.ts";
import { getActiveOwner, pickOwner } from "./owners.ts";
import { nextRef } from "./references.ts";
import { searchColumns } from "./search-text.ts";
import type { CompanyRow } from "./tables.ts";

export const clearableCompanyFields = [
  "country",
  "city",
  "language",
  "phone",
  "domain",
  "external_id",
] as const;

/** What a caller may say of a company; what is left out stays as it is. */
export interface CompanyInput {
  name?: string | undefined;
  status?: "active" | "archived" | undefined;
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
    created_at: row.created_at,
    updated_at: row.updated_at,
    version: row.version,
  };
}

/** The row of a company that is known to exist. */
export async function companyRow({ db }: Pick<CrmContext, "db">, id: string): Promise<CompanyRow> {
  return db.selectFrom("crm_company").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

export async function getCompany(call: CrmContext, id: string) {
  return showCompany(await selectCompanies(call).where("company.id", "=", id).executeTakeFirstOrThrow());
}

/** Adds a company and returns its id. Its domain must be normalised, and its keys free. */
export async function insertCompany(
  call: CrmContext,
  input: CompanyInput & { name: string },
): Promise<string> {
  const { owner_id, ...rest } = input;
  const id = call.newId("com");
  const ref = await nextRef(call, "COMP");
  await call.db
    .insertInto("crm_company")
    .values({
      ...rest,
      id,
      ref,
      status: input.status ?? "active",
      owner_id: owner_id ? (await getActiveOwner(call, owner_id)).id : await pickOwner(call),
      last_activity_on: today(call),
      ...searchColumns(input.name, ref, input.domain, input.external_id, input.city),
      ...newRow(call),
    })
    .execute();
  call.changed("crm_company", id, 1);
  return id;
}

/**
 * Writes what differs; a company that already is as the caller says keeps its version. A key that it has from a
 * merged company stays a further key, unless `replaceKeys`: then it becomes the company's own, and the other way round.
 */
export async function updateCompany(
  call: CrmContext,
  current: CompanyRow,
  input: CompanyInput,
  options: {
    expected?: number | undefined;
    clear?: readonly (typeof clearableCompanyFields)[number][];
    replaceKeys: boolean;
  },
): Promise<void> {
  const { expected, clear = [], replaceKeys } = options;
  if (expected !== undefined && expected !== current.version) {
    const record = await getCompany(call, current.id);
    expectVersion({ name: current.ref, record, expected, readBy: "get_record" });
  }
  const next = {
    name: input.name ?? current.name,
    status: input.status ?? current.status,
    domain: clear.includes("domain")
      ? null
      : await nextKey(call, current, "domain", input.domain, replaceKeys),
    external_id: clear.includes("external_id")
      ? null
      : await nextKey(call, current, "external_id", input.external_id, replaceKeys),
    country: clear.includes("country") ? null : (input.country ?? current.country),
    city: clear.includes("city") ? null : (input.city ?? current.city),
    language: clear.includes("language") ? null : (input.language ?? current.language),
    phone: clear.includes("phone") ? null : (input.phone ?? current.phone),
    owner_id: input.owner_id ?? current.owner_id,
  };
  if (next.owner_id !== current.owner_id) await getActiveOwner(call, next.owner_id);
  if (JSON.stringify({ ...current, ...next }) === JSON.stringify(current)) return;
  const version = current.version + 1;
  const former = await formerTexts(call, current.id);
  await call.db
    .updateTable("crm_company")
    .set({
      ...next,
      ...searchColumns(next.name, current.ref, next.domain, next.external_id, next.city, ...former),
      version,
      updated_at: call.now.toISOString(),
    })
    .where("id", "=", current.id)
    .execute();
  call.changed("crm_company", current.id, version);
}

async function nextKey(
  call: CrmContext,
  current: CompanyRow,
  column: "domain" | "external_id",
  value: string | undefined,
  replace: boolean,
): Promise<string | null> {
  const own = current[column];
  if (value === undefined || value === own) return own;
  if ((await recordOfAlias(call, column, value)) === undefined) return value;
  if (own !== null && !replace) return own;
  await removeAlias(call, column, value);
  if (own !== null) await addAlias(call, column, own, current.id);
  return value;
}
