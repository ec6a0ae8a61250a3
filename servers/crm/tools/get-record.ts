import { z } from "zod";
import { instant } from "../../../src/kit/fields.ts";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import { recordKey, recordTypes, responseFormat } from "../fields.ts";
import { readRecordFacts, recordFacts } from "../record-facts.ts";
import {
  activityRecord,
  dealStatuses,
  leadStatuses,
  personStatuses,
  recordDetail,
  redirectedFrom,
  stageMove,
  taskRecord,
} from "../records.ts";
import { recentActivities } from "../store/activities.ts";
import { aliasesOf, mergedInto } from "../store/aliases.ts";
import type { CrmContext } from "../store/context.ts";
import { type FoundRecord, findRecord } from "../store/record-directory.ts";
import { showRecord, showRecordConcise } from "../store/record-view.ts";
import { relatedRecords } from "../store/related-records.ts";
import { stageHistory } from "../store/stage-history.ts";
import { openTasksAbout } from "../store/tasks.ts";

/** How many activities and open tasks an answer holds. */
const most = { concise: 3, detailed: 20 } as const;

export const getRecordTool = defineTool({
  name: "get_record",
  title: "Get a record",
  description:
    "Read one company, contact, lead or deal. Use it to learn what is known and was done about a record that " +
    "search_records found; for a deal's lines alone, get_deal is shorter. Returns with detailed (the default) all " +
    "fields, the latest 20 activities, the first 20 open tasks, the records that belong to it, the stage history " +
    "of a deal and what was merged into it; with concise the main fields, 3 activities and 3 open tasks. Amounts " +
    "are in minor units, quantities whole units. The id of a merged record leads to the one it was merged into.",
  effect: "read",
  input: z.strictObject({
    type: z.enum(recordTypes).describe("Which kind of record it is."),
    id: recordKey("Id or reference of the record, e.g. COMP-0007, CONT-0012, LEAD-0007 or DEAL-0031."),
    response_format: responseFormat.default("detailed").describe("How much to return."),
  }),
  output: z.strictObject({
    record: recordDetail.describe("The record."),
    redirected_from: redirectedFrom,
    activities: z.array(activityRecord).describe("The newest first."),
    open_tasks: z.array(taskRecord).describe("The ones due first in front."),
    related: z
      .array(
        z.strictObject({
          type: z.enum(recordTypes).describe("Which kind of record it is."),
          id: z.string().describe("Id of the record."),
          ref: z.string().describe("Its reference, e.g. DEAL-0031."),
          name: mark(z.string(), "personal").describe("Its name."),
          status: z
            .enum([...personStatuses, ...leadStatuses, ...dealStatuses])
            .describe("Its status, one of its kind."),
        }),
      )
      .optional()
      .describe(
        "Contacts, leads and deals of a company, contact or lead: at most 20 of each, the newest first.",
      ),
    stage_history: z
      .array(stageMove)
      .optional()
      .describe("Moves of a deal from stage to stage, the oldest first."),
    merged_from: z
      .array(
        z.strictObject({
          id: z.string().describe("Id of the merged record."),
          ref: z.string().describe("Its reference."),
          name: mark(z.string(), "personal").describe("Its name."),
          reason: z.string().optional().describe("How it was known that both are the same."),
          merged_by: z.string().describe("The principal that merged it."),
          merged_at: instant,
        }),
      )
      .optional()
      .describe("Records that were merged into this one; their ids and refs lead to it."),
    further_keys: z
      .array(
        z.strictObject({
          kind: z.enum(["domain", "external_id", "email"]).describe("Which kind of key it is."),
          value: mark(z.string(), "personal").describe("The key, e.g. an email address."),
        }),
      )
      .optional()
      .describe(
        "Further domains, external ids and emails that name this record, from what was merged into it.",
      ),
  }),
  facts: recordFacts,
  resource: ({ type, id }, call) => readRecordFacts(call, id, type),
  async handler({ type, id: key, response_format: format }, call) {
    const record = await findRecord(call, key, type);
    return {
      redirected_from: record.redirected_from,
      activities: await recentActivities(call, record.id, most[format]),
      open_tasks: await openTasksAbout(call, record.id, most[format]),
      ...(format === "concise"
        ? { record: await showRecordConcise(call, record) }
        : { record: await showRecord(call, record), ...(await surroundings(call, record)) }),
    };
  },
});

async function surroundings(call: CrmContext, { type, id }: FoundRecord) {
  const merged = await mergedInto(call, id);
  return {
    related: type === "deal" ? undefined : await relatedRecords(call, type, id),
    stage_history: type === "deal" ? await stageHistory(call, id) : undefined,
    merged_from: merged.map(({ reason, ...rest }) => ({ ...rest, reason: reason ?? undefined })),
    further_keys: await aliasesOf(call, id),
  };
}
