import type { z } from "zod";
import type { recordDetail, recordSummary } from "../records.ts";
import { getCompany } from "./companies.ts";
import { concise } from "./concise.ts";
import { getContact } from "./contacts.ts";
import type { CrmContext } from "./context.ts";
import { getDeal } from "./deals.ts";
import { getLead } from "./leads.ts";
import type { RecordType } from "./tables.ts";

/** A record of any type with everything that is stored about it. */
export async function showRecord(
  call: CrmContext,
  { type, id }: { type: RecordType; id: string },
): Promise<z.input<typeof recordDetail>> {
  switch (type) {
    case "company":
      return { type, ...(await getCompany(call, id)) };
    case "contact":
      return { type, ...(await getContact(call, id)) };
    case "lead":
      return { type, ...(await getLead(call, id)) };
    case "deal":
      return { type, ...(await getDeal(call, id)) };
  }
}

/** A record of any type in short: as a list shows it, without the lines of a deal. */
export async function showRecordConcise(
  call: CrmContext,
  record: { type: RecordType; id: string },
): Promise<z.input<typeof recordSummary>> {
  const detail = await showRecord(call, record);
  if (detail.type !== "deal") return concise(detail);
  const { lines: _lines, ...rest } = detail;
  return concise(rest);
}
