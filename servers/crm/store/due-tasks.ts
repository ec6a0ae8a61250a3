import { type SqlBool, sql } from "kysely";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import type { CrmContext } from "./context.ts";
import { selectTasks, showTask } from "./tasks.ts";

/** One page of the open tasks that are due by a day, ordered by that day and then by age. */
export async function listDueTasks(
  call: CrmContext,
  filter: {
    assignee_id?: string | undefined;
    /** Only tasks about this company, or about a contact, lead or deal of it. */
    company_id?: string | undefined;
    /** Only tasks about this record. */
    about_id?: string | undefined;
    due_from?: string | undefined;
    due_by: string;
    limit: number;
    cursor?: string | undefined;
  },
) {
  const [afterDay, afterId] = decodeCursor("due", filter.cursor, 2).map(String);
  let query = selectTasks(call).where("task.status", "=", "open").where("task.due_on", "<=", filter.due_by);
  const { assignee_id, about_id, company_id, due_from } = filter;
  if (assignee_id !== undefined) query = query.where("task.assignee_id", "=", assignee_id);
  if (about_id !== undefined) query = query.where("task.about_id", "=", about_id);
  if (due_from !== undefined) query = query.where("task.due_on", ">=", due_from);
  if (company_id !== undefined) {
    query = query.where(sql<SqlBool>`task.about_id in (
      select ${company_id} union all
      select id from crm_contact where company_id = ${company_id} union all
      select id from crm_lead where company_id = ${company_id} union all
      select id from crm_deal where company_id = ${company_id})`);
  }
  if (afterDay !== undefined && afterId !== undefined) {
    query = query.where((eb) => eb(eb.refTuple("task.due_on", "task.id"), ">", eb.tuple(afterDay, afterId)));
  }
  const rows = await query
    .orderBy("task.due_on")
    .orderBy("task.id")
    .limit(filter.limit + 1)
    .execute();
  const due = rows.flatMap((row) => (row.due_on === null ? [] : [{ ...showTask(row), due_on: row.due_on }]));
  const { rows: items, nextCursor } = pageOf("due", due, filter.limit, (task) => [task.due_on, task.id]);
  return { items, next_cursor: nextCursor };
}

/** Whole days from one calendar day to another. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}
