import { z } from "zod";
import { isoDate } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { line, ownerKey, recordKey, recordTypes } from "../fields.ts";
import { taskRecord } from "../records.ts";
import { getActiveOwner } from "../store/owners.ts";
import { findRecord } from "../store/record-directory.ts";
import { findOpenTask, getTask, insertTask } from "../store/tasks.ts";

export const createTaskTool = defineTool({
  name: "create_task",
  title: "Create a task",
  description:
    "Give a person something to do about a company, contact, lead or deal. Use it for a next step, for instance a " +
    "call by tomorrow; what has happened already is recorded with log_activity. The task appears in " +
    "list_due_followups when it is due. It does not count as an activity. An open task of the same title and due " +
    "day, about the same record and for the same person, is returned as duplicate_of instead of a second one. " +
    "Returns the task.",
  effect: "create",
  input: z.strictObject({
    about: recordKey("The record: its ref such as LEAD-0007 or DEAL-0031, or its id."),
    assignee_id: ownerKey.describe("Who is to do it, e.g. usr_nina. list_owners shows them all."),
    title: line(200).describe("What is to be done, e.g. Call Maria Silva about the fenders."),
    due_on: isoDate
      .optional()
      .describe("Day by which it is to be done, YYYY-MM-DD. Without one it is never due."),
  }),
  output: taskRecord.extend({
    created: z.boolean().describe("Whether the task is new."),
    duplicate_of: z.string().optional().describe("Ref of the open task that was there already."),
  }),
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
    const task = { about: record, assignee_id: assignee.id, title, due_on };
    const open = await findOpenTask(call, task);
    if (open) return { ...(await getTask(call, open.id)), created: false, duplicate_of: open.ref };
    return { ...(await getTask(call, await insertTask(call, task))), created: true };
  },
});
