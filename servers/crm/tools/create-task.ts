import { z } from "zod";
import { isoDate } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { line, ownerKey, recordKey, recordTypes } from "../fields.ts";
import { taskRecord } from "../records.ts";
import { getActiveOwner } from "../store/owners.ts";
import { findRecord } from "../store/record-directory.ts";
import { getTask, insertTask } from "../store/tasks.ts";

export const createTaskTool = defineTool({
  name: "create_task",
  title: "Create a task",
  description:
    "Give a person something to do about a company, contact, lead or deal, for instance a call by tomorrow. It " +
    "appears in list_due_followups when it is due. It does not count as an activity. Returns the task.",
  effect: "create",
  input: z.strictObject({
    about: recordKey("The record: its ref such as LEAD-0007 or DEAL-0031, or its id."),
    assignee_id: ownerKey.describe("Who is to do it, e.g. usr_nina. list_owners shows them all."),
    title: line(200).describe("What is to be done, e.g. Call Maria Silva about the fenders."),
    due_on: isoDate
      .optional()
      .describe("Day by which it is to be done, YYYY-MM-DD. Without one it is never due."),
  }),
  output: taskRecord,
  facts: z.strictObject({
    about_type: z.enum(recordTypes),
    about_status: z.string(),
    about_owner_id: z.string(),
    assignee_id: z.string(),
  }),
  async resource({ about, assignee_id }, call) {
    const { type, status, owner_id } = await findRecord(call, about);
    return { about_type: type, about_status: status, about_owner_id: owner_id, assignee_id };
  },
  async handler({ about, assignee_id, title, due_on }, call) {
    const record = await findRecord(call, about);
    const assignee = await getActiveOwner(call, assignee_id);
    return getTask(call, await insertTask(call, { about: record, assignee_id: assignee.id, title, due_on }));
  },
});
