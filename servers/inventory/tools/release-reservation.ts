import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, reservationId, text } from "../fields.ts";
import { reservationRecord } from "../records.ts";
import { releaseReservation, requireReservation } from "../store/reservations.ts";

export const releaseReservationTool = defineTool({
  name: "release_reservation",
  title: "Release a reservation",
  description:
    "Free everything a reservation still holds, so that it is available again. Use it when a deal falls through; " +
    "when goods leave the house use ship_reservation. What was shipped from it stays shipped. Returns the " +
    "reservation with status released, in whole units.",
  effect: "update",
  input: z.strictObject({
    reservation_id: reservationId,
    reason: text(500).describe("Why, for whoever asks later."),
    expected_version: expectedVersion,
  }),
  output: reservationRecord,
  facts: z.strictObject({ reference: z.string(), status: z.string(), quantity: z.int() }),
  async resource({ reservation_id }, call) {
    const reservation = await requireReservation(call, reservation_id);
    return {
      reference: reservation.reference,
      status: reservation.status,
      quantity: reservation.reserved_quantity,
    };
  },
  handler: (input, call) => releaseReservation(call, input),
});
