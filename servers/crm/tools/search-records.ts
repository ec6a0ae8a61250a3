import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { isoDate } from "../../../src/kit/fields.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { line, ownerKey, recordKey, recordTypes, responseFormat } from "../fields.ts";
import { dealStatuses, leadStatuses, personStatuses, recordSummary } from "../records.ts";
import type { CrmContext } from "../store/context.ts";
import { getOwner } from "../store/owners.ts";
import { listPipelines } from "../store/pipelines.ts";
import { findRecord } from "../store/record-directory.ts";
import { searchRecords } from "../store/record-search.ts";
import type { RecordType } from "../store/tables.ts";

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
    "List companies, contacts, leads or deals, the newest first, filtered by words, status, owner, company, stage " +
    "and days of creation, change and last activity; all filters must hold. Use it to find the id or ref that " +
    "other tools need. Returns one page of summaries (with detailed: of all fields, but no lines or activities), " +
    "amounts in minor units; follow next_cursor for the rest. Days are YYYY-MM-DD in UTC.",
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
    stage: z
      .array(line(40))
      .max(20)
      .default([])
      .describe(
        "Only deals in these stages, by key, e.g. proposal; list_pipelines shows them. Empty for all.",
      ),
    pipeline_id: line(40).optional().describe("Only deals of this pipeline, e.g. sales."),
    last_activity_from: isoDate
      .optional()
      .describe("Only records whose last activity was on this day or later."),
    last_activity_before: isoDate
      .optional()
      .describe("Only records whose last activity was before this day, YYYY-MM-DD."),
    created_from: isoDate.optional().describe("Only records that were added on this day or later."),
    created_before: isoDate.optional().describe("Only records that were added before this day."),
    updated_from: isoDate.optional().describe("Only records that were last changed on this day or later."),
    updated_before: isoDate.optional().describe("Only records that were last changed before this day."),
    response_format: responseFormat
      .default("concise")
      .describe(
        "concise: name, status, owner, company, amount, last activity. detailed: every field that is known.",
      ),
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
    for (const what of ["last_activity", "created", "updated"] as const) {
      requireDaysInOrder(
        [`${what}_from`, input[`${what}_from`]],
        [`${what}_before`, input[`${what}_before`]],
      );
    }
    await checkDealFilters(call, input);
    const { company_id, response_format, ...filter } = input;
    const company = company_id === undefined ? undefined : await findRecord(call, company_id, "company");
    if (filter.owner_id !== undefined) await getOwner(call, filter.owner_id);
    return searchRecords(call, {
      ...filter,
      company_id: company?.id,
      detailed: response_format === "detailed",
    });
  },
});

/** A filter that no deal can pass is a mistake, so it is refused and never answered by an empty page. */
async function checkDealFilters(
  call: CrmContext,
  { type, stage, pipeline_id }: { type: RecordType; stage: string[]; pipeline_id?: string | undefined },
): Promise<void> {
  if (stage.length === 0 && pipeline_id === undefined) return;
  if (type !== "deal") {
    throw new RingmainError("INPUT_INVALID", `A ${type} has no stage and no pipeline.`, {
      hint: "Leave stage and pipeline_id out, or search for type deal.",
    });
  }
  const pipelines = await listPipelines(call);
  const chosen = pipelines.filter(({ id }) => pipeline_id === undefined || id === pipeline_id);
  if (chosen.length === 0) {
    throw new RingmainError("NOT_FOUND", `There is no pipeline "${pipeline_id}".`, {
      hint: `Pipelines: ${pipelines.map(({ id }) => id).join(", ")}.`,
    });
  }
  const known = [...new Set(chosen.flatMap(({ stages }) => stages.map((one) => one.stage)))];
  const unknown = stage.find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new RingmainError("INPUT_INVALID", `There is no stage "${unknown}".`, {
      hint: `Stages: ${known.join(", ")}.`,
    });
  }
}
