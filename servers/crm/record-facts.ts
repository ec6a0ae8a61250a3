import { z } from "zod";
import { recordTypes } from "./fields.ts";
import { companyRow } from "./store/companies.ts";
import type { CrmContext } from "./store/context.ts";
import { type FoundRecord, findRecord } from "./store/record-directory.ts";
import type { RecordType } from "./store/tables.ts";

/** What a policy may ask about the record that somebody reads. */
export const recordFacts = z.strictObject({
  type: z.enum(recordTypes),
  status: z.string(),
  owner_id: z.string(),
  company_id: z.string().optional().describe("Of a company: its own id."),
  company_country: z.string().optional().describe("ISO 3166-1 alpha-2, where it is known."),
});

/** Reads the facts of a record. Throws what `findRecord` does. */
export async function readRecordFacts(
  call: CrmContext,
  key: string,
  type: RecordType,
): Promise<z.infer<typeof recordFacts>> {
  const record: FoundRecord = await findRecord(call, key, type);
  const { status, owner_id, company_id } = record;
  const company = company_id === null ? undefined : await companyRow(call, company_id);
  return {
    type,
    status,
    owner_id,
    company_id: company?.id,
    company_country: company?.country ?? undefined,
  };
}
