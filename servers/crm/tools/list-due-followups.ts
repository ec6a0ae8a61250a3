import { z } from "zod";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { isoDate } from "../../../src/kit/fields.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { ownerKey, recordKey } from "../fields.ts";
import { taskRecord } from "../records.ts";
import { today } from "../store/context.ts";
import { daysBetween, listDueTasks } from "../store/due-tasks.ts";
import { getOwner } from "../store/owners.ts";
import { findRecord } from "../store/record-directory.ts";

export const listDueFollowupsTool = defineTool({
  name: "list_due_followups",
  title: "List due follow-ups",
  description:
    "List the open tasks that are due by a day (today when left out), the longest overdue first, for everybody or " +
    "for one person, company or record. Use it to see what is to be done now; complete_task ends a task. Tasks " +
    "without a due day are not listed. Returns one page; follow next_cursor for the rest.",
  effect: "read",
  input: z.strictObject({
    assignee_id: ownerKey.optional(),
    company_id: recordKey(
      "Only tasks about this company or its contacts, leads and deals: id or ref.",
    ).optional(),
    about: recordKey("Only tasks about this one record: id or ref, e.g. DEAL-0031.").optional(),
    due_from: isoDate.optional().describe("First due day to list, YYYY-MM-DD."),
    due_by: isoDate.optional().describe("Last due day to list, YYYY-MM-DD; today (UTC) when left out."),
    ...pageInput,
  }),
  output: page(
    taskRecord.extend({
      due_on: isoDate,
      days_overdue: z.int().describe("Days since the due day; 0 on that day, negative before it."),
    }),
  ),
  async handler({ due_by, company_id, about, ...filter }, call) {
    const day = today(call);
    requireDaysInOrder(["due_from", filter.due_from], ["due_by", due_by ?? day]);
    if (filter.assignee_id !== undefined) await getOwner(call, filter.assignee_id);
    const company = company_id === undefined ? undefined : await findRecord(call, company_id, "company");
    const record = about === undefined ? undefined : await findRecord(call, about);
    const { items, next_cursor } = await listDueTasks(call, {
      ...filter,
      company_id: company?.id,
      about_id: record?.id,
      due_by: due_by ?? day,
    });
    return {
      items: items.map((task) => ({ ...task, days_overdue: daysBetween(task.due_on, day) })),
      next_cursor,
    };
  },
});
