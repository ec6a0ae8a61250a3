import { z } from "zod";
import { linksOutput } from "../../../src/kit/links.ts";
import { defineTool } from "../define-tool.ts";
import { reservationId, responseFormat } from "../fields.ts";
import { reservationRecord } from "../records.ts";
import { requireReservation } from "../store/reservations.ts";

export const getReservationTool = defineTool({
  name: "get_reservation",
  title: "Get a reservation",
  description:
    "One reservation. Use it before ship_reservation or release_reservation; list_reservations finds it. Returns " +
    "what it holds at which locations (picks), what it was short of and what was shipped from it, in whole units. " +
    "links name its deal and its shipments.",
  effect: "read",
  input: z.strictObject({
    reservation_id: reservationId,
    ...responseFormat("concise leaves out picks and shipped.", "detailed"),
  }),
  output: z.strictObject({ ...reservationRecord.shape, ...linksOutput }),
  facts: z.strictObject({ reference: z.string(), status: z.string() }),
  async resource({ reservation_id }, call) {
    const { reference, status } = await requireReservation(call, reservation_id);
    return { reference, status };
  },
  async handler({ reservation_id, response_format }, call) {
    const { picks, shipped, ...reservation } = await requireReservation(call, reservation_id);
    const links = await call.links(reservation_id);
    return { ...reservation, ...(response_format === "detailed" && { picks, shipped }), links };
  },
});
