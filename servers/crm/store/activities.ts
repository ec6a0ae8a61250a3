import type { z } from "zod";
import type { activityRecord } from "../records.ts";
import { type CrmContext, newRow } from "./context.ts";
import type { ActivityRow, RecordRow } from "./tables.ts";

/** An activity as tools show it. */
export function showActivity(row: ActivityRow): z.input<typeof activityRecord> {
  const { id, kind, occurred_on, summary, logged_by } = row;
  return { id, kind, occurred_on, summary, logged_by };
}

/** The latest activities of a record, the newest first. */
export async function recentActivities({ db }: CrmContext, recordId: string, limit: number) {
  const rows = await db
    .selectFrom("crm_activity")
    .selectAll()
    .where("about_id", "=", recordId)
    .orderBy("occurred_on", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.map(showActivity);
}

/** Adds an activity and returns it. */
export async function insertActivity(
  call: CrmContext,
  activity: { about: RecordRow; kind: ActivityRow["kind"]; occurred_on: string; summary: string },
): Promise<ActivityRow> {
  const { about, ...columns } = activity;
  const row: ActivityRow = {
    ...columns,
    id: call.newId("act"),
    about_type: about.type,
    about_id: about.id,
    logged_by: call.principal,
    ...newRow(call),
  };
  await call.db.insertInto("crm_activity").values(row).execute();
  call.changed("crm_activity", row.id, 1);
  return row;
}
