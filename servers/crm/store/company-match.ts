import { RingmainError } from "../../../src/core/errors.ts";
import { recordOfAlias } from "./aliases.ts";
import type { CrmContext } from "./context.ts";
import { foldText } from "./search-text.ts";
import type { CompanyRow } from "./tables.ts";

/** What tells companies apart. The domain must be normalised. */
export interface CompanyKeys {
  domain?: string | undefined;
  external_id?: string | undefined;
}

/**
 * The company with this domain or this external id, be it its own or that of a company merged into it. Throws
 * CONFLICT when the two belong to different companies, or when the company of this domain has another external id.
 */
export async function matchCompany(call: CrmContext, keys: CompanyKeys): Promise<CompanyRow | undefined> {
  const byDomain = await companyByKey(call, "domain", keys.domain);
  const byExternalId = await companyByKey(call, "external_id", keys.external_id);
  if (byDomain && byExternalId && byDomain.id !== byExternalId.id) {
    throw new RingmainError(
      "CONFLICT",
      `The domain ${keys.domain} belongs to ${byDomain.ref} ${byDomain.name}, the external_id ${keys.external_id} to ${byExternalId.ref} ${byExternalId.name}.`,
      {
        hint: "Pass only the key of the company that you mean. If both are one company, merge_records makes them one.",
      },
    );
  }
  const other = byDomain?.external_id;
  if (byDomain && other && keys.external_id !== undefined && byExternalId === undefined) {
    throw new RingmainError(
      "CONFLICT",
      `The domain ${keys.domain} belongs to ${byDomain.ref} ${byDomain.name}, whose external_id is ${other}.`,
      { hint: "Leave external_id out to update that company, or domain to add another one." },
    );
  }
  return byDomain ?? byExternalId;
}

async function companyByKey(
  call: CrmContext,
  column: "domain" | "external_id",
  value: string | undefined,
): Promise<CompanyRow | undefined> {
  if (value === undefined) return undefined;
  const companies = call.db.selectFrom("crm_company").selectAll();
  const own = await companies.where(column, "=", value).executeTakeFirst();
  if (own) return own;
  const id = await recordOfAlias(call, column, value);
  return id === undefined ? undefined : companies.where("id", "=", id).executeTakeFirst();
}

/**
 * A company of the same name that these keys do not tell apart: it lacks each of the keys that are given, so it
 * may well be the same one.
 */
export async function findPossibleDuplicate(
  { db }: CrmContext,
  name: string,
  keys: CompanyKeys,
): Promise<CompanyRow | undefined> {
  const query = db.selectFrom("crm_company").selectAll().where("name_key", "=", foldText(name));
  const withoutDomain = keys.domain === undefined ? query : query.where("domain", "is", null);
  const withoutKeys =
    keys.external_id === undefined ? withoutDomain : withoutDomain.where("external_id", "is", null);
  return withoutKeys.orderBy("id").executeTakeFirst();
}
