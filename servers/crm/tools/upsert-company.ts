import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, line, ownerKey, phone, recordKey } from "../fields.ts";
import { companyRecord, personStatuses } from "../records.ts";
import {
  clearableCompanyFields,
  companyRow,
  getCompany,
  insertCompany,
  updateCompany,
} from "../store/companies.ts";
import { findPossibleDuplicate, matchCompany } from "../store/company-match.ts";
import type { CrmContext } from "../store/context.ts";
import { normalizeDomain } from "../store/domains.ts";
import { findRecord } from "../store/record-directory.ts";
import type { CompanyRow } from "../store/tables.ts";

export const upsertCompanyTool = defineTool({
  name: "upsert_company",
  title: "Add or update a company",
  description:
    "Add a company, or update the one with the same domain, external_id or id; fields that are left out stay as " +
    "they are. Use it when a company is new or its data have changed; for somebody who may want to buy use " +
    "create_lead, which adds the company too. Companies are unique by registrable domain (shop.acme.co.uk counts " +
    "as acme.co.uk) and by external_id, including those of companies merged into them. A company of the same name " +
    "that may be the same one is returned as duplicate_of and nothing is written. Safe to repeat. Returns the " +
    "company and whether it was created.",
  effect: "update",
  input: z.strictObject({
    id: recordKey(
      "Id or ref such as COMP-0007 of the company to update; needed only to change its keys.",
    ).optional(),
    name: line(200).optional().describe("Name of the company. Needed for a new one."),
    domain: line(253)
      .optional()
      .describe("Its internet domain, e.g. clyde-workboats.example; not that of a free mail provider."),
    external_id: line(100).optional().describe("Its id in another system, e.g. a customer number."),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, "must be an ISO 3166-1 alpha-2 code such as FR")
      .optional()
      .describe("ISO 3166-1 alpha-2, e.g. FR."),
    city: line(100).optional().describe("City of its seat."),
    language: z
      .string()
      .regex(/^[a-z]{2}$/, "must be an ISO 639-1 code such as fr")
      .optional()
      .describe("Language of letters, ISO 639-1, e.g. fr."),
    phone: phone.optional(),
    owner_id: ownerKey
      .optional()
      .describe("Owner, e.g. usr_nina (see list_owners). A new company without one is given to somebody."),
    status: z.enum(personStatuses).optional().describe("archived: no longer dealt with, but kept."),
    clear: z
      .array(z.enum(clearableCompanyFields))
      .max(6)
      .default([])
      .describe("Fields of an existing company to empty."),
    allow_same_name: z
      .boolean()
      .default(false)
      .describe("Add the company even though one of the same name may be the same, e.g. a second branch."),
    expected_version: expectedVersion,
  }),
  output: companyRecord.extend({
    created: z.boolean().describe("Whether the company is new."),
    duplicate_of: z
      .string()
      .optional()
      .describe("Ref of the company of the same name, when nothing was written because of it."),
  }),
  facts: z.strictObject({ exists: z.boolean(), owner_id: z.string().optional() }),
  async resource(input, call) {
    const company = await findCurrent(call, input, keysOf(input));
    return company === undefined ? { exists: false } : { exists: true, owner_id: company.owner_id };
  },
  async handler(input, call) {
    const { id, name, clear, allow_same_name, expected_version, ...fields } = input;
    const keys = keysOf(input);
    const current = await findCurrent(call, input, keys);
    if (current !== undefined) {
      await updateCompany(
        call,
        current,
        { ...fields, ...keys, name },
        {
          expected: expected_version,
          clear,
          replaceKeys: id !== undefined,
        },
      );
      return { ...(await getCompany(call, current.id)), created: false };
    }
    if (expected_version !== undefined) {
      throw new RingmainError("NOT_FOUND", "There is no company with this domain or external_id to update.", {
        hint: "Leave expected_version out to add it, or find it with search_records and type company.",
      });
    }
    if (name === undefined) {
      throw new RingmainError("INPUT_INVALID", "A new company needs a name.", {
        hint: "No company has this domain or external_id yet: pass name to add it.",
      });
    }
    const same = allow_same_name ? undefined : await findPossibleDuplicate(call, name, keys);
    if (same) return { ...(await getCompany(call, same.id)), created: false, duplicate_of: same.ref };
    const added = await insertCompany(call, { ...fields, ...keys, name });
    return { ...(await getCompany(call, added)), created: true };
  },
});

interface Named {
  id?: string | undefined;
  domain?: string | undefined;
  external_id?: string | undefined;
}

/** The company that the caller means. Throws CONFLICT when a key that it is to get is another company's. */
async function findCurrent(
  call: CrmContext,
  { id: key }: Named,
  keys: Named,
): Promise<CompanyRow | undefined> {
  if (key === undefined) return matchCompany(call, keys);
  const { id } = await findRecord(call, key, "company");
  for (const one of [{ domain: keys.domain }, { external_id: keys.external_id }]) {
    const holder = await matchCompany(call, one);
    if (holder === undefined || holder.id === id) continue;
    const [name, value] = Object.entries(one)[0] ?? [];
    throw new RingmainError("CONFLICT", `The ${name} ${value} belongs to ${holder.ref} ${holder.name}.`, {
      hint: "If both are one company, merge_records makes them one; otherwise leave this key out.",
    });
  }
  return companyRow(call, id);
}

/** The keys by which a company is found again. Throws INPUT_INVALID when there is none. */
function keysOf({ id, domain, external_id }: Named) {
  if (id === undefined && domain === undefined && external_id === undefined) {
    throw new RingmainError("INPUT_INVALID", "A company needs a domain or an external_id.", {
      hint: "Pass at least one of them: they keep the same company from being added twice. To update one that has neither, pass its id.",
    });
  }
  return { domain: domain === undefined ? undefined : normalizeDomain(domain), external_id };
}
