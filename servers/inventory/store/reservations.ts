import { RingmainError } from "../../../src/core/errors.ts";
import { decodeCursor, encodeCursor } from "../../../src/kit/fields.ts";
import type { ReservationRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { type Page, takePage } from "./pages.ts";
import type { ReservationStatus } from "./tables.ts";
import { requireVersion } from "./versions.ts";

/** The reservation of an id. Throws NOT_FOUND. */
export async function requireReservation(call: InventoryContext, id: string): Promise<ReservationRecord> {
  const row = await selectReservations(call).where("reservation.id", "=", id).executeTakeFirst();
  if (row === undefined) {
    throw new RingmainError("NOT_FOUND", `There is no reservation ${JSON.stringify(id)}.`, {
      hint: "list_reservations finds it by reference or SKU.",
    });
  }
  const [record] = await withLines(call, [row]);
  if (record === undefined) throw new Error("one row gives one record");
  return record;
}

/** Reservations, the newest first. */
export async function listReservations(
  call: InventoryContext,
  options: {
    status?: readonly ReservationStatus[] | undefined;
    reference?: string | undefined;
    sku?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<ReservationRecord>> {
  let query = selectReservations(call)
    .orderBy("reservation.created_at", "desc")
    .orderBy("reservation.id", "desc")
    .limit(options.limit + 1);
  if (options.status !== undefined) query = query.where("reservation.status", "in", options.status);
  if (options.reference !== undefined) query = query.where("reservation.reference", "=", options.reference);
  if (options.sku !== undefined) {
    const ids = call.db
      .selectFrom("inventory_reservation_line as line")
      .innerJoin("inventory_item as item", "item.id", "line.item_id")
      .select("line.reservation_id")
      .where("item.sku", "=", options.sku);
    query = query.where("reservation.id", "in", ids);
  }
  if (options.cursor !== undefined) {
    const [at, id] = decodeCursor(options.cursor, 2).map(String);
    query = query.where((where) =>
      where(where.refTuple("reservation.created_at", "reservation.id"), "<", where.tuple(at ?? "", id ?? "")),
    );
  }
  const rows = takePage(
    await query.execute(),
    options.limit,
    (row) => row,
    (row) => encodeCursor([row.created_at, row.id]),
  );
  return { ...rows, items: await withLines(call, rows.items) };
}

/** Frees everything that a reservation holds. Throws STATE_INVALID when it is released already. */
export async function releaseReservation(
  call: InventoryContext,
  input: { reservation_id: string; reason: string; expected_version?: number | undefined },
): Promise<ReservationRecord> {
  const reservation = await requireReservation(call, input.reservation_id);
  const { reservation_id: id, status } = reservation;
  requireVersion({ name: `Reservation ${id}`, record: reservation, expected: input.expected_version });
  if (status === "released") {
    throw new RingmainError("STATE_INVALID", `Reservation ${id} is released already.`, {
      hint: "Nothing is left to do; list_reservations with status active shows what is held.",
    });
  }
  const version = reservation.version + 1;
  await call.db
    .updateTable("inventory_reservation_hold")
    .set({ held: 0 })
    .where("reservation_id", "=", id)
    .execute();
  await call.db
    .updateTable("inventory_reservation")
    .set({ status: "released", release_reason: input.reason, version, updated_at: call.now.toISOString() })
    .where("id", "=", id)
    .execute();
  call.changed("inventory_reservation", id, version);
  return await requireReservation(call, id);
}

function selectReservations(call: InventoryContext) {
  return call.db.selectFrom("inventory_reservation as reservation").selectAll("reservation");
}

type ReservationRow = Awaited<ReturnType<ReturnType<typeof selectReservations>["executeTakeFirstOrThrow"]>>;

/** Adds the lines of all rows with one query, so that a list costs no more than its longest page. */
async function withLines(
  call: InventoryContext,
  rows: readonly ReservationRow[],
): Promise<ReservationRecord[]> {
  if (rows.length === 0) return [];
  const lines = await call.db
    .selectFrom("inventory_reservation_line as line")
    .innerJoin("inventory_item as item", "item.id", "line.item_id")
    .leftJoin("inventory_reservation_hold as hold", (join) =>
      join
        .onRef("hold.reservation_id", "=", "line.reservation_id")
        .onRef("hold.item_id", "=", "line.item_id"),
    )
    .select(["line.reservation_id", "item.sku", "line.requested", "line.reserved"])
    .select(({ fn, val }) => fn.coalesce(fn.sum<number>("hold.held"), val(0)).as("held"))
    .where(
      "line.reservation_id",
      "in",
      rows.map((row) => row.id),
    )
    .groupBy(["line.reservation_id", "line.line_number"])
    .orderBy("line.reservation_id")
    .orderBy("line.line_number")
    .execute();
  const byReservation = Map.groupBy(lines, (line) => line.reservation_id);
  return rows.map((row) => {
    const own = byReservation.get(row.id) ?? [];
    return {
      reservation_id: row.id,
      reference: row.reference,
      status: row.status,
      reserved: own.filter((line) => line.held > 0).map((line) => ({ sku: line.sku, quantity: line.held })),
      shortages: own
        .filter((line) => line.reserved < line.requested)
        .map(({ sku, requested, reserved }) => ({ sku, requested, reserved, missing: requested - reserved })),
      requested_quantity: own.reduce((total, line) => total + line.requested, 0),
      reserved_quantity: own.reduce((total, line) => total + line.held, 0),
      release_reason: row.release_reason ?? undefined,
      version: row.version,
      created_at: row.created_at,
      updated_at: row.updated_at,
    };
  });
}
