import { z } from "zod";
import { page, pageInput } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { reference, sku } from "../fields.ts";
import { reservationRecord } from "../records.ts";
import { listReservations } from "../store/reservations.ts";
import { reservationStatuses } from "../store/tables.ts";

export const listReservationsTool = defineTool({
  name: "list_reservations",
  title: "List reservations",
  description:
    "Reservations with what they hold and what they were short of (whole units), the newest first, in pages. Use it to " +
    "find what holds an item, or the reservation of a deal.",
  effect: "read",
  input: z.strictObject({
    status: z.array(z.enum(reservationStatuses)).min(1).optional().describe("Only these statuses."),
    reference: reference
      .optional()
      .describe("Only reservations with exactly this reference, e.g. DEAL-0031."),
    sku: sku.optional().describe("Only reservations with a line for this item."),
    ...pageInput,
  }),
  output: page(reservationRecord),
  handler: (input, call) => listReservations(call, input),
});
