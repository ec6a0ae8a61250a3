import { z } from "zod";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { instant, isoDate } from "../../../src/kit/fields.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { reference, responseFormat, sku } from "../fields.ts";
import { reservationRecord } from "../records.ts";
import { requireItem } from "../store/items.ts";
import { listReservations } from "../store/reservation-list.ts";
import { reservationStatuses } from "../store/tables.ts";

export const listReservationsTool = defineTool({
  name: "list_reservations",
  title: "List reservations",
  description:
    "Reservations, the newest first. Use it to find what holds an item, or the reservation of a deal. One whose " +
    "expires_at has passed is shown as expired. Returns what each holds and what it was short of (whole units), " +
    "in pages.",
  effect: "read",
  input: z.strictObject({
    status: z.array(z.enum(reservationStatuses)).min(1).optional().describe("Only these statuses."),
    reference: reference
      .optional()
      .describe("Only reservations with exactly this reference, e.g. DEAL-0031."),
    sku: sku.optional().describe("Only reservations with a line for this item."),
    created_from: isoDate.optional().describe("First day of making, YYYY-MM-DD, in UTC."),
    created_to: isoDate.optional().describe("Last day of making, YYYY-MM-DD, in UTC, included."),
    expires_before: instant
      .optional()
      .describe(
        "Only reservations that expire at or before this instant, RFC 3339. With status active: soon.",
      ),
    ...responseFormat("detailed adds the locations (picks) and what was shipped."),
    ...pageInput,
  }),
  output: page(reservationRecord),
  async handler({ limit, cursor, response_format, ...filter }, call) {
    requireDaysInOrder(["created_from", filter.created_from], ["created_to", filter.created_to]);
    if (filter.sku !== undefined) await requireItem(call, filter.sku);
    return await listReservations(call, { filter, detailed: response_format === "detailed", limit, cursor });
  },
});
