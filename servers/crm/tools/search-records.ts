import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { isoDate, page, pageInput } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { line, ownerKey, recordKey, recordTypes } from "../fields.ts";
import { dealStatuses, leadStatuses, personStatuses, recordSummary } from "../records.ts";
import { findRecord } from "../store/record-directory.ts";
import { searchRecords } from "../store/record-search.ts";

const statuses = {
  company: personStatuses,
  contact: personStatuses,
  lead: leadStatuses,
  deal: dealStatuses,
} as const;

const anyStatus = z.enum([...new Set([...personStatuses, ...leadStatuses, ...dealStatuses])]);

export const searchRecordsTool = defineTool({
  name: "search_records",
  title: "Search records",
  description:
    "List companies, contacts, leads or deals, the newest first, filtered by words, status, owner, company and " +
    "last activity. Use it to find the id or ref that other tools need. Returns one page of summaries; follow " +
    "next_cursor for the rest.",
  effect: "read",
  input: z.strictObject({
    type: z.enum(recordTypes).describe("Which kind of record to list."),
    query: line(200)
      .optional()
      .describe(
        "Words that must all occur in the name, the ref, the company's name or domain, or the contact's name " +
          "or email. Case and accents do not matter; parts of words match.",
      ),
    status: z
      .array(anyStatus)
      .max(7)
      .default([])
      .describe(
        "Only these statuses. company and contact: active, archived. lead: open, qualified, closed. deal: open, " +
          "won, lost. Empty for all.",
      ),
    owner_id: ownerKey.optional(),
    company_id: recordKey("Only this company and what belongs to it: its id or ref.").optional(),
    last_activity_before: isoDate
      .optional()
      .describe("Only records whose last activity was before this day, YYYY-MM-DD."),
    ...pageInput,
  }),
  output: page(recordSummary),
  async handler(input, call) {
    const known: readonly string[] = statuses[input.type];
    const unknown = input.status.find((status) => !known.includes(status));
    if (unknown !== undefined) {
      throw new RingmainError("INPUT_INVALID", `A ${input.type} is never "${unknown}".`, {
        hint: `Statuses of a ${input.type}: ${known.join(", ")}.`,
      });
    }
    const { company_id } = input;
    const company = company_id === undefined ? undefined : await findRecord(call, company_id, "company");
    return searchRecords(call, { ...input, company_id: company?.id });
  },
});
