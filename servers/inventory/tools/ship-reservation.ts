import { z } from "zod";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, quantity, reservationId, sku } from "../fields.ts";
import { reservationRecord, shippedLine } from "../records.ts";
import { requireReservation } from "../store/reservations.ts";
import { shipReservation } from "../store/ship.ts";

export const shipReservationTool = defineTool({
  name: "ship_reservation",
  title: "Ship a reservation",
  description:
    "Book goods that a reservation holds as having left the house: a shipment movement for each item and " +
    "location, under the reservation's reference. Use it when the goods leave; to give held goods back use " +
    "release_reservation. Leave lines out to ship everything it holds; with lines, the rest stays held. Returns " +
    "the cost of goods sold by each item's costing method in minor units, and the reservation in whole units, " +
    "which is shipped once it holds nothing more.",
  effect: "update",
  input: z.strictObject({
    reservation_id: reservationId,
    lines: z
      .array(z.strictObject({ sku, quantity: quantity.describe("Whole units that leave.") }))
      .min(1)
      .max(500)
      .optional()
      .describe("What leaves, at most what is held. Leave out for everything that is held."),
    expected_version: expectedVersion,
  }),
  output: z.strictObject({
    shipment_id: z.string().describe("The document_id of its movements; list_movements finds them by it."),
    lines: z.array(shippedLine).describe("What left, one line an item and location."),
    cost_of_goods_sold: z.array(money).describe("What it cost, one amount a currency."),
    reservation: reservationRecord.describe("The reservation after it."),
  }),
  facts: z.strictObject({ reference: z.string(), status: z.string(), quantity: z.int() }),
  async resource({ reservation_id, lines }, call) {
    const { reference, status, reserved_quantity } = await requireReservation(call, reservation_id);
    const asked = lines?.reduce((total, line) => total + line.quantity, 0);
    return { reference, status, quantity: asked ?? reserved_quantity };
  },
  handler: (input, call) => shipReservation(call, input),
});
