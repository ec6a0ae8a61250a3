import { z } from "zod";
import { isoDate, page, pageInput } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { ownerKey } from "../fields.ts";
import { taskRecord } from "../records.ts";
import { today } from "../store/context.ts";
import { daysBetween, listDueTasks } from "../store/due-tasks.ts";

export const listDueFollowupsTool = defineTool({
  name: "list_due_followups",
  title: "List due follow-ups",
  description:
    "List the open tasks that are due by a day (today when left out), the longest overdue first, for everybody or " +
    "for one person. Tasks without a due day are not listed. End one with complete_task.",
  effect: "read",
  input: z.strictObject({
    assignee_id: ownerKey.optional(),
    due_by: isoDate.optional().describe("Last due day to list, YYYY-MM-DD; today (UTC) when left out."),
    ...pageInput,
  }),
  output: page(
    taskRecord.extend({
      due_on: isoDate,
      days_overdue: z.int().describe("Days since the due day; 0 on that day, negative before it."),
    }),
  ),
  async handler({ due_by, ...filter }, call) {
    const day = today(call);
    const { items, next_cursor } = await listDueTasks(call, { ...filter, due_by: due_by ?? day });
    return {
      items: items.map((task) => ({ ...task, days_overdue: daysBetween(task.due_on, day) })),
      next_cursor,
    };
  },
});
