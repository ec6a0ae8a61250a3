import { sql } from "kysely";
import { addAlias, formerTexts } from "./aliases.ts";
import type { CrmContext } from "./context.ts";
import { mergePlans } from "./merge-plans.ts";
import { searchColumns } from "./search-text.ts";
import type { RecordRow } from "./tables.ts";

type Cell = string | number | null;
type Row = Record<string, Cell>;

export interface Merged {
  /** How many rows now belong to the survivor. */
  moved: Record<"contacts" | "leads" | "deals" | "activities" | "tasks", number>;
  /** Columns that the survivor had nothing in, and took over. */
  filled: string[];
}

/**
 * Makes two records of one type one: whatever points to the duplicate points to the survivor, which takes over
 * what it lacks; the duplicate's row is kept as a snapshot in crm_merge, from where its id and ref lead to the
 * survivor. Both must exist, and `checkMerge` must have let them pass.
 */
export async function mergeInto(
  call: CrmContext,
  survivor: RecordRow,
  duplicate: RecordRow,
  reason: string | undefined,
): Promise<Merged> {
  const plan = mergePlans[survivor.type];
  const kept = await rowOf(call, plan.table, survivor.id);
  const gone = await rowOf(call, plan.table, duplicate.id);
  const lines = survivor.type === "deal" ? await takeDealLines(call, duplicate.id) : undefined;

  const moved = { contacts: 0, leads: 0, deals: 0, activities: 0, tasks: 0 };
  for (const { type, table, column } of plan.children) {
    moved[type] += await moveRows(call, { table, column, from: duplicate.id, to: survivor.id });
  }
  for (const [type, table] of [
    ["activities", "crm_activity"],
    ["tasks", "crm_task"],
  ] as const) {
    moved[type] = await moveRows(call, { table, column: "about_id", from: duplicate.id, to: survivor.id });
  }
  if (survivor.type === "deal") await moveStageChanges(call, survivor.id, duplicate);

  await keepSnapshot(call, { survivor, duplicate, reason, snapshot: { ...gone, ...(lines && { lines }) } });
  // before the survivor takes its unique keys; foreign keys refuse it as long as anything points to it
  await sql`delete from ${sql.table(plan.table)} where id = ${duplicate.id}`.execute(call.db);
  call.changed(plan.table, duplicate.id, 0);

  await call.db
    .updateTable("crm_alias")
    .set({ record_id: survivor.id })
    .where("record_id", "=", duplicate.id)
    .execute();
  const taken: Row = {};
  for (const { kind, column, with: others } of plan.keys) {
    const value = gone[column];
    if (typeof value !== "string") continue;
    if (kept[column] === null) for (const name of [column, ...others]) taken[name] = gone[name] ?? null;
    else await addAlias(call, kind, value, survivor.id);
  }
  for (const column of plan.fill) {
    const value = gone[column] ?? null;
    if (kept[column] === null && value !== null) taken[column] = value;
  }
  await updateSurvivor(call, plan.table, { ...kept, ...taken }, gone);
  return { moved, filled: Object.keys(taken).filter((column) => column !== "email_key") };
}

async function rowOf({ db }: CrmContext, table: string, id: string): Promise<Row> {
  const { rows } = await sql<Row>`select * from ${sql.table(table)} where id = ${id}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`${table} has no row ${id}`);
  return row;
}

/** Points rows to another record. Each of them gets a new version and is named as changed. */
async function moveRows(
  call: CrmContext,
  { table, column, from, to }: { table: string; column: string; from: string; to: string },
): Promise<number> {
  const { rows } = await sql<{ id: string; version: number }>`
    update ${sql.table(table)}
    set ${sql.ref(column)} = ${to}, version = version + 1, updated_at = ${call.now.toISOString()}
    where ${sql.ref(column)} = ${from}
    returning id, version`.execute(call.db);
  for (const { id, version } of rows) call.changed(table, id, version);
  return rows.length;
}

/** The duplicate's moves from stage to stage become the survivor's, marked with where they come from. */
async function moveStageChanges({ db }: CrmContext, survivorId: string, duplicate: RecordRow): Promise<void> {
  await db
    .updateTable("crm_deal_stage_change")
    .set((eb) => ({ deal_id: survivorId, merged_from: eb.fn.coalesce("merged_from", eb.val(duplicate.ref)) }))
    .where("deal_id", "=", duplicate.id)
    .execute();
}

async function takeDealLines({ db }: CrmContext, dealId: string) {
  return db.deleteFrom("crm_deal_line").where("deal_id", "=", dealId).returningAll().execute();
}

async function keepSnapshot(
  call: CrmContext,
  merge: { survivor: RecordRow; duplicate: RecordRow; reason: string | undefined; snapshot: object },
): Promise<void> {
  const { survivor, duplicate, reason, snapshot } = merge;
  const id = call.newId("merge");
  await call.db
    .insertInto("crm_merge")
    .values({
      id,
      type: survivor.type,
      from_id: duplicate.id,
      from_ref: duplicate.ref,
      from_name: duplicate.name,
      into_id: survivor.id,
      snapshot: JSON.stringify(snapshot),
      reason: reason ?? null,
      merged_by: call.principal,
      merged_at: call.now.toISOString(),
    })
    .execute();
  call.changed("crm_merge", id, 1);
}

/** Writes what the survivor took over, finds it by the duplicate's texts too, and keeps the later activity. */
async function updateSurvivor(call: CrmContext, table: string, row: Row, gone: Row): Promise<void> {
  const [later] = [String(row.last_activity_on), String(gone.last_activity_on)].sort().reverse();
  const texts = [row.ref, row.domain, row.external_id, row.city, row.email].map((cell) => cell?.toString());
  const version = Number(row.version) + 1;
  const columns: Row = {
    ...row,
    ...searchColumns(String(row.name), ...texts, ...(await formerTexts(call, String(row.id)))),
    last_activity_on: later ?? null,
    version,
    updated_at: call.now.toISOString(),
  };
  const assignments = Object.entries(columns).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
  await sql`update ${sql.table(table)} set ${sql.join(assignments)} where id = ${row.id}`.execute(call.db);
  call.changed(table, String(row.id), version);
}
