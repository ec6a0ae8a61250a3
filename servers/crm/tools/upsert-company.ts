import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, line, ownerKey, phone } from "../fields.ts";
import { companyRecord } from "../records.ts";
import { getCompany, insertCompany, matchCompany, updateCompany } from "../store/companies.ts";
import { normalizeDomain } from "../store/domains.ts";

export const upsertCompanyTool = defineTool({
  name: "upsert_company",
  title: "Add or update a company",
  description:
    "Add a company, or update the one with the same domain or external_id; fields that are left out stay as they " +
    "are. Safe to repeat. Returns the company and whether it was created.",
  effect: "update",
  input: z.strictObject({
    name: line(200).describe("Name of the company."),
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
    expected_version: expectedVersion,
  }),
  output: companyRecord.extend({ created: z.boolean().describe("Whether the company is new.") }),
  facts: z.strictObject({ exists: z.boolean() }),
  async resource(input, call) {
    return { exists: (await matchCompany(call, keysOf(input))) !== undefined };
  },
  async handler({ expected_version, ...input }, call) {
    const company = { ...input, ...keysOf(input) };
    const current = await matchCompany(call, company);
    if (current !== undefined) {
      await updateCompany(call, current, company, expected_version);
      return { ...(await getCompany(call, current.id)), created: false };
    }
    if (expected_version !== undefined) {
      throw new RingmainError("NOT_FOUND", "There is no company with this domain or external_id to update.", {
        hint: "Leave expected_version out to add it, or find it with search_records and type company.",
      });
    }
    const id = await insertCompany(call, company);
    return { ...(await getCompany(call, id)), created: true };
  },
});

/** The keys by which a company is found again. Throws INPUT_INVALID when there is none. */
function keysOf({ domain, external_id }: { domain?: string | undefined; external_id?: string | undefined }) {
  if (domain === undefined && external_id === undefined) {
    throw new RingmainError("INPUT_INVALID", "A company needs a domain or an external_id.", {
      hint: "Pass at least one of them: they keep the same company from being added twice.",
    });
  }
  return { domain: domain === undefined ? undefined : normalizeDomain(domain), external_id };
}
