import { sql } from "kysely";
import type { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import type { taskRecord } from "../records.ts";
import { type CrmContext, newRow } from "./context.ts";
import { keyColumn, nextRef } from "./references.ts";
import { foldText } from "./search-text.ts";
import type { RecordRow, TaskRow } from "./tables.ts";

/**
 * Tasks with the names of their assignees and of what they are about, ready to be filtered. Each of the four
 * joins is one look-up by primary key.
 */
export function selectTasks({ db }: Pick<CrmContext, "db">) {
  return db
    .selectFrom("crm_task as task")
    .innerJoin("crm_owner as assignee", "assignee.id", "task.assignee_id")
    .leftJoin("crm_company as company", "company.id", "task.about_id")
    .leftJoin("crm_contact as contact", "contact.id", "task.about_id")
    .leftJoin("crm_lead as lead", "lead.id", "task.about_id")
    .leftJoin("crm_deal as deal", "deal.id", "task.about_id")
    .selectAll("task")
    .select([
      "assignee.name as assignee_name",
      sql<string>`coalesce(company.ref, contact.ref, lead.ref, deal.ref)`.as("about_ref"),
      sql<string>`coalesce(company.name, contact.name, lead.name, deal.name)`.as("about_name"),
    ]);
}

interface TaskNames {
  assignee_name: string;
  about_ref: string;
  about_name: string;
}

/** A task as tools show it. */
export function showTask(row: TaskRow & TaskNames): z.input<typeof taskRecord> {
  return {
    id: row.id,
    ref: row.ref,
    title: row.title,
    about: { type: row.about_type, id: row.about_id, ref: row.about_ref, name: row.about_name },
    assignee: { id: row.assignee_id, name: row.assignee_name },
    status: row.status,
    due_on: row.due_on ?? undefined,
    outcome: row.outcome ?? undefined,
    version: row.version,
  };
}

export async function getTask(call: CrmContext, id: string) {
  return showTask(await selectTasks(call).where("task.id", "=", id).executeTakeFirstOrThrow());
}

/** The open tasks about a record, the ones due first in front. */
export async function openTasksAbout(call: CrmContext, recordId: string, limit: number) {
  const rows = await selectTasks(call)
    .where("task.about_id", "=", recordId)
    .where("task.status", "=", "open")
    .orderBy((eb) => eb.fn.coalesce("task.due_on", sql.lit("9999")))
    .orderBy("task.id")
    .limit(limit)
    .execute();
  return rows.map(showTask);
}

/** The row of a task, by id or reference. Throws NOT_FOUND. */
export async function findTask({ db }: CrmContext, key: string): Promise<TaskRow> {
  const row = await db.selectFrom("crm_task").selectAll().where(keyColumn(key), "=", key).executeTakeFirst();
  if (row) return row;
  throw new RingmainError("NOT_FOUND", `There is no task "${key}".`, {
    hint: "list_due_followups shows open tasks that are due, get_record those about one record.",
  });
}

interface NewTask {
  about: RecordRow;
  assignee_id: string;
  title: string;
  due_on?: string | undefined;
}

/** The open task that says the same: of this title, whatever its case and accents, person, record and due day. */
export async function findOpenTask({ db }: CrmContext, task: NewTask): Promise<TaskRow | undefined> {
  const rows = await db
    .selectFrom("crm_task")
    .selectAll()
    .where("about_id", "=", task.about.id)
    .where("status", "=", "open")
    .where("assignee_id", "=", task.assignee_id)
    .where("due_on", "is", task.due_on ?? null)
    .orderBy("id")
    .execute();
  return rows.find(({ title }) => foldText(title) === foldText(task.title));
}

/** Adds an open task and returns its id. */
export async function insertTask(call: CrmContext, task: NewTask): Promise<string> {
  const id = call.newId("task");
  const { about, ...columns } = task;
  await call.db
    .insertInto("crm_task")
    .values({
      ...columns,
      id,
      ref: await nextRef(call, "TASK"),
      about_type: about.type,
      about_id: about.id,
      status: "open",
      created_by: call.principal,
      ...newRow(call),
    })
    .execute();
  call.changed("crm_task", id, 1);
  return id;
}

/** Ends an open task. */
export async function closeTask(call: CrmContext, task: TaskRow, outcome: string | undefined): Promise<void> {
  const version = task.version + 1;
  const at = call.now.toISOString();
  await call.db
    .updateTable("crm_task")
    .set({ status: "done", outcome: outcome ?? null, completed_at: at, version, updated_at: at })
    .where("id", "=", task.id)
    .execute();
  call.changed("crm_task", task.id, version);
}
