import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import type { ReservationRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { isExpired } from "./expiry.ts";

/** The reservation of an id, with where it holds its units. Throws NOT_FOUND. */
export async function requireReservation(call: InventoryContext, id: string): Promise<ReservationRecord> {
  const row = await selectReservations(call).where("reservation.id", "=", id).executeTakeFirst();
  if (row === undefined) {
    throw new RingmainError("NOT_FOUND", `There is no reservation ${JSON.stringify(id)}.`, {
      hint: "list_reservations finds it by reference or SKU.",
    });
  }
  const [record] = await withLines(call, [row], true);
  if (record === undefined) throw new Error("one row gives one record");
  return record;
}

/** A reservation that still holds stock. Throws NOT_FOUND, CONFLICT for another version, STATE_INVALID when it is over. */
export async function requireActive(
  call: InventoryContext,
  input: { reservation_id: string; expected_version?: number | undefined },
  to: "released" | "shipped",
): Promise<ReservationRecord> {
  const reservation = await requireReservation(call, input.reservation_id);
  const { reservation_id: id, status } = reservation;
  expectVersion({
    name: `Reservation ${id}`,
    record: reservation,
    expected: input.expected_version,
    readBy: "get_reservation",
  });
  if (status === "active" || (status === "unfilled" && to === "released")) return reservation;
  throw new RingmainError("STATE_INVALID", `Reservation ${id} is ${status}, so it cannot be ${to}.`, {
    hint:
      status === "expired" || status === "unfilled"
        ? "It holds no stock. Hold what is still wanted anew with reserve_stock."
        : "Nothing is left to do; list_reservations with status active shows what is held.",
  });
}

/** Frees everything that a reservation holds. What it shipped stays shipped. */
export async function releaseReservation(
  call: InventoryContext,
  input: { reservation_id: string; reason: string; expected_version?: number | undefined },
): Promise<ReservationRecord> {
  const { reservation_id: id, version } = await requireActive(call, input, "released");
  await call.db
    .updateTable("inventory_reservation_hold")
    .set({ held: 0 })
    .where("reservation_id", "=", id)
    .execute();
  await call.db
    .updateTable("inventory_reservation")
    .set({
      status: "released",
      release_reason: input.reason,
      version: version + 1,
      updated_at: call.now.toISOString(),
    })
    .where("id", "=", id)
    .execute();
  call.changed("inventory_reservation", id, version + 1);
  return await requireReservation(call, id);
}

/** The rows of reservations; `withLines` makes records of them. */
export function selectReservations(call: InventoryContext) {
  return call.db.selectFrom("inventory_reservation as reservation").selectAll("reservation");
}

type ReservationRow = Awaited<ReturnType<ReturnType<typeof selectReservations>["executeTakeFirstOrThrow"]>>;

/** Adds the lines of all rows with one query, so that a list costs no more than its longest page. */
export async function withLines(
  call: InventoryContext,
  rows: readonly ReservationRow[],
  detailed: boolean,
): Promise<ReservationRecord[]> {
  if (rows.length === 0) return [];
  const lines = await readLines(
    call,
    rows.map((row) => row.id),
  );
  const byReservation = Map.groupBy(lines, (line) => line.reservation_id);
  return rows.map((row) => recordOf(call, row, byReservation.get(row.id) ?? [], detailed));
}

type LineRow = Awaited<ReturnType<typeof readLines>>[number];

/** A row for each line and location; location is null where nothing was held. */
async function readLines(call: InventoryContext, ids: readonly string[]) {
  return await call.db
    .selectFrom("inventory_reservation_line as line")
    .innerJoin("inventory_item as item", "item.id", "line.item_id")
    .leftJoin("inventory_reservation_hold as hold", (join) =>
      join
        .onRef("hold.reservation_id", "=", "line.reservation_id")
        .onRef("hold.item_id", "=", "line.item_id"),
    )
    .leftJoin("inventory_location as location", "location.id", "hold.location_id")
    .select(["line.reservation_id", "line.line_number", "item.sku", "line.requested", "line.reserved"])
    .select(["location.code as location", "hold.held", "hold.shipped"])
    .where("line.reservation_id", "in", ids)
    .orderBy("line.reservation_id")
    .orderBy("line.line_number")
    .orderBy("location.code")
    .execute();
}

function recordOf(
  call: InventoryContext,
  row: ReservationRow,
  rows: readonly LineRow[],
  detailed: boolean,
): ReservationRecord {
  const isOver = row.status === "active" && isExpired(call, row);
  const heldOf = (hold: LineRow) => (isOver ? 0 : (hold.held ?? 0));
  const lines = [...Map.groupBy(rows, (line) => line.line_number).values()].flatMap((holds) => {
    const [first] = holds;
    if (first === undefined) return [];
    const { sku, requested, reserved } = first;
    return {
      sku,
      requested,
      reserved,
      held: holds.reduce((total, hold) => total + heldOf(hold), 0),
      shipped: holds.reduce((total, hold) => total + (hold.shipped ?? 0), 0),
    };
  });
  const total = (member: "requested" | "held" | "shipped") =>
    lines.reduce((units, line) => units + line[member], 0);
  const picks = rows.flatMap((hold) =>
    hold.location === null || heldOf(hold) === 0
      ? []
      : { sku: hold.sku, location: hold.location, quantity: heldOf(hold) },
  );
  return {
    reservation_id: row.id,
    reference: row.reference,
    status: isOver ? "expired" : row.status,
    reserved: lines.filter((line) => line.held > 0).map((line) => ({ sku: line.sku, quantity: line.held })),
    shortages: lines
      .filter((line) => line.reserved < line.requested)
      .map(({ sku, requested, reserved }) => ({ sku, requested, reserved, missing: requested - reserved })),
    requested_quantity: total("requested"),
    reserved_quantity: total("held"),
    shipped_quantity: total("shipped"),
    ...(detailed && {
      picks,
      shipped: lines
        .filter((line) => line.shipped > 0)
        .map((line) => ({ sku: line.sku, quantity: line.shipped })),
    }),
    expires_at: row.expires_at ?? undefined,
    release_reason: row.release_reason ?? undefined,
    version: row.version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}
