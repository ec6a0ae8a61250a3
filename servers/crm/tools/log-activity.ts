import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { isoDate } from "../../../src/kit/fields.ts";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import { about, multiline, recordKey, recordTypes, version } from "../fields.ts";
import { activityRecord } from "../records.ts";
import { insertActivity, showActivity } from "../store/activities.ts";
import { today } from "../store/context.ts";
import { findRecord, touchRecord } from "../store/record-directory.ts";

export const logActivityTool = defineTool({
  name: "log_activity",
  title: "Log an activity",
  description:
    "Record a call, email, meeting or note about a company, contact, lead or deal. Use it after it has happened; " +
    "for something that is still to be done use create_task. Moves last_activity_on of the record, its contact " +
    "and its company to that day. Returns the activity.",
  effect: "create",
  input: z.strictObject({
    about: recordKey("The record: its ref such as LEAD-0007 or DEAL-0031, or its id."),
    kind: z.enum(["call", "email", "meeting", "note"]).describe("What happened."),
    summary: mark(multiline(4000), "personal").describe("What was said or agreed, in plain text."),
    occurred_on: isoDate
      .optional()
      .describe("Day on which it happened, YYYY-MM-DD; today (UTC) when left out."),
  }),
  output: activityRecord.extend({ about, version }),
  facts: z.strictObject({
    about_type: z.enum(recordTypes),
    about_status: z.string(),
    about_owner_id: z.string(),
    kind: z.string(),
  }),
  async resource(input, call) {
    const { type, status, owner_id } = await findRecord(call, input.about);
    return { about_type: type, about_status: status, about_owner_id: owner_id, kind: input.kind };
  },
  async handler({ about: key, kind, summary, occurred_on }, call) {
    const day = occurred_on ?? today(call);
    if (day > today(call)) {
      throw new RingmainError("INPUT_INVALID", `An activity of ${day} has not happened yet.`, {
        hint: "For something that is to be done, use create_task with due_on.",
      });
    }
    const record = await findRecord(call, key);
    const activity = await insertActivity(call, { about: record, kind, occurred_on: day, summary });
    await touchRecord(call, record, day);
    const { type, id, ref, name } = record;
    return { ...showActivity(activity), about: { type, id, ref, name }, version: activity.version };
  },
});
