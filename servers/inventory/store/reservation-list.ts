import { sql } from "kysely";
import { decodeCursor } from "../../../src/kit/pages.ts";
import type { ReservationRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { newestFirst, type Page, readEach, takePage } from "./pages.ts";
import { selectReservations, withLines } from "./reservations.ts";
import type { ReservationStatus } from "./tables.ts";

export interface ReservationFilter {
  status?: readonly ReservationStatus[] | undefined;
  reference?: string | undefined;
  sku?: string | undefined;
  /** Calendar days in UTC, both included. */
  created_from?: string | undefined;
  created_to?: string | undefined;
  /** Those with an expiry at or before this instant. */
  expires_before?: string | undefined;
}

/** Reservations, the newest first; with where they hold what when `detailed`. */
export async function listReservations(
  call: InventoryContext,
  options: { filter: ReservationFilter; detailed: boolean; limit: number; cursor?: string | undefined },
): Promise<Page<ReservationRecord>> {
  const rows = await readEach(
    options.filter.status?.flatMap(storedAs),
    (stored) => selectPage(call, options, stored).execute(),
    newestFirst,
  );
  const page = takePage(
    "reservations",
    rows,
    options.limit,
    (row) => row,
    (row) => [row.created_at, row.id],
  );
  return { ...page, items: await withLines(call, page.items, options.detailed) };
}

/** How a status is stored: one that expired may still be stored as active. */
interface StoredStatus {
  status: ReservationStatus;
  isOver?: boolean;
}

function storedAs(status: ReservationStatus): StoredStatus[] {
  if (status === "active") return [{ status, isOver: false }];
  if (status === "expired") return [{ status }, { status: "active", isOver: true }];
  return [{ status }];
}

function selectPage(
  call: InventoryContext,
  options: { filter: ReservationFilter; limit: number; cursor?: string | undefined },
  stored: StoredStatus | undefined,
) {
  const { filter } = options;
  const now = call.now.toISOString();
  let query = selectReservations(call)
    .orderBy("reservation.created_at", "desc")
    .orderBy("reservation.id", "desc")
    .limit(options.limit + 1);
  if (stored !== undefined) query = query.where("reservation.status", "=", stored.status);
  if (stored?.isOver === true) query = query.where("reservation.expires_at", "<=", now);
  if (stored?.isOver === false) {
    query = query.where(sql<boolean>`coalesce(reservation.expires_at > ${now}, true)`);
  }
  if (filter.reference !== undefined) query = query.where("reservation.reference", "=", filter.reference);
  if (filter.sku !== undefined) {
    const ids = call.db
      .selectFrom("inventory_reservation_line as line")
      .innerJoin("inventory_item as item", "item.id", "line.item_id")
      .select("line.reservation_id")
      .where("item.sku", "=", filter.sku);
    query = query.where("reservation.id", "in", ids);
  }
  const { created_from, created_to, expires_before } = filter;
  if (created_from !== undefined) query = query.where("reservation.created_at", ">=", created_from);
  if (created_to !== undefined) query = query.where("reservation.created_at", "<=", `${created_to}T24`);
  if (expires_before !== undefined) {
    query = query.where("reservation.expires_at", "<=", new Date(expires_before).toISOString());
  }
  if (options.cursor !== undefined) {
    const [at, id] = decodeCursor("reservations", options.cursor, 2).map(String);
    query = query.where((where) =>
      where(where.refTuple("reservation.created_at", "reservation.id"), "<", where.tuple(at ?? "", id ?? "")),
    );
  }
  return query;
}
