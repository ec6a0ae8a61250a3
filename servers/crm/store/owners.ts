import type { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import type { ownerRecord } from "../records.ts";
import { type CrmContext, newRow } from "./context.ts";
import type { OwnerRow } from "./tables.ts";

/** All owners, by name. They are the people of one firm: a short list. */
async function listOwners({ db }: CrmContext): Promise<OwnerRow[]> {
  return db.selectFrom("crm_owner").selectAll().orderBy("name").orderBy("id").execute();
}

/** One page of owners, by name. */
export async function ownersPage(
  { db }: CrmContext,
  input: { status: readonly OwnerRow["status"][]; limit: number; cursor?: string | undefined },
) {
  let select = db
    .selectFrom("crm_owner")
    .selectAll()
    .orderBy("name")
    .orderBy("id")
    .limit(input.limit + 1);
  if (input.status.length > 0) select = select.where("status", "in", input.status);
  const [name, id] = decodeCursor("owners", input.cursor, 2).map(String);
  if (name !== undefined && id !== undefined) {
    select = select.where((where) => where(where.refTuple("name", "id"), ">", where.tuple(name, id)));
  }
  const { rows, nextCursor } = pageOf("owners", await select.execute(), input.limit, (row) => [
    row.name,
    row.id,
  ]);
  return { items: rows.map(showOwner), next_cursor: nextCursor };
}

/** An owner as tools show it. */
export function showOwner({ id, name, email, status, version }: OwnerRow): z.input<typeof ownerRecord> {
  return { id, name, email, status, version };
}

/** The owner with this id, active or archived. Throws NOT_FOUND, naming the active owners. */
export async function getOwner(call: CrmContext, id: string): Promise<OwnerRow> {
  const owner = await call.db.selectFrom("crm_owner").selectAll().where("id", "=", id).executeTakeFirst();
  if (owner) return owner;
  const { hint, hintWithoutRecord } = await ownersHint(call);
  throw new RingmainError("NOT_FOUND", `There is no owner "${id}".`, { hint, hintWithoutRecord });
}

/** The active owner with this id. Throws STATE_INVALID for archived ones, who get no new work. */
export async function getActiveOwner(call: CrmContext, id: string): Promise<OwnerRow> {
  const owner = await getOwner(call, id);
  if (owner.status === "active") return owner;
  const { hint, hintWithoutRecord } = await ownersHint(call);
  throw new RingmainError("STATE_INVALID", `Owner ${id} is archived and gets no new work.`, {
    hint,
    hintWithoutRecord,
  });
}

/**
 * Who gets a record that names no owner: the preferred one when active, else the active owner with the fewest
 * open leads, the first by id among equals. Throws STATE_INVALID when there is nobody.
 */
export async function pickOwner(call: CrmContext, preferred?: string): Promise<string> {
  const { db } = call;
  if (preferred !== undefined) {
    const known = await db
      .selectFrom("crm_owner")
      .select("status")
      .where("id", "=", preferred)
      .executeTakeFirst();
    if (known?.status === "active") return preferred;
  }
  const owner = await db
    .selectFrom("crm_owner as owner")
    .leftJoin("crm_lead as lead", (join) =>
      join.onRef("lead.owner_id", "=", "owner.id").on("lead.status", "=", "open"),
    )
    .select("owner.id")
    .where("owner.status", "=", "active")
    .groupBy("owner.id")
    .orderBy((eb) => eb.fn.count("lead.id"))
    .orderBy("owner.id")
    .executeTakeFirst();
  if (owner) return owner.id;
  throw new RingmainError("STATE_INVALID", "The CRM has no active owner yet.", {
    hint: "Add the people who own records with upsert_owner first.",
  });
}

async function ownersHint(call: CrmContext) {
  const active = (await listOwners(call)).filter(({ status }) => status === "active");
  if (active.length === 0) return { hint: "There is none yet: add one with upsert_owner." };
  const shown = active.slice(0, 20).map(({ id, name }) => `${id} (${name})`);
  return {
    hint: `Active owners: ${shown.join(", ")}${active.length > 20 ? " …; list_owners shows all" : ""}.`,
    hintWithoutRecord: "list_owners shows who gets new work.",
  };
}

/**
 * Adds the owner with this email address, or changes the one who has it. Returns whether it was added. Throws CONFLICT for
 * a stale version.
 */
export async function saveOwner(
  call: CrmContext,
  owner: Pick<OwnerRow, "name" | "email" | "status">,
  expectedVersion?: number,
): Promise<{ row: OwnerRow; created: boolean }> {
  const current = await call.db
    .selectFrom("crm_owner")
    .selectAll()
    .where("email", "=", owner.email)
    .executeTakeFirst();
  expectVersion({
    name: current === undefined ? "The owner" : `Owner ${current.id}`,
    record: current && showOwner(current),
    expected: expectedVersion,
    readBy: "list_owners",
  });
  if (current === undefined) {
    const row: OwnerRow = { id: call.newId("usr"), ...owner, ...newRow(call) };
    await call.db.insertInto("crm_owner").values(row).execute();
    call.changed("crm_owner", row.id, row.version);
    return { row, created: true };
  }
  if (current.name === owner.name && current.status === owner.status) return { row: current, created: false };
  const row = { ...current, ...owner, version: current.version + 1, updated_at: call.now.toISOString() };
  await call.db.updateTable("crm_owner").set(row).where("id", "=", row.id).execute();
  call.changed("crm_owner", row.id, row.version);
  return { row, created: false };
}
