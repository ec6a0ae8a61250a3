import { z } from "zod";
import { requireDaysInOrder } from "../../../src/kit/day-range.ts";
import { isoDate } from "../../../src/kit/fields.ts";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { locationCode, reference, responseFormat, sku } from "../fields.ts";
import { movementRecord } from "../records.ts";
import { requireItem } from "../store/items.ts";
import { requireLocation } from "../store/locations.ts";
import { listMovements } from "../store/movement-list.ts";
import { movementKinds } from "../store/tables.ts";

export const listMovementsTool = defineTool({
  name: "list_movements",
  title: "List stock movements",
  description:
    "The stock ledger: every unit that came in or went out. Use it to find out why the stock of an item is what " +
    "it is; for the level over time use stock_history. Movements are never changed: a mistake is put right with " +
    "adjust_stock. Returns the newest first, in pages. Quantities are signed whole units; the sum of an item's " +
    "movements is what is on hand. value is what the movement added to or took from the value of the stock, in " +
    "minor units.",
  effect: "read",
  input: z.strictObject({
    sku: sku.optional().describe("Only movements of this item."),
    location: locationCode.optional().describe("Only movements at this location."),
    kind: z.array(z.enum(movementKinds)).min(1).optional().describe("Only movements of these kinds."),
    reference: reference.optional().describe("Only movements with this reference, e.g. PO-0007."),
    document_id: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe("Only movements of this transfer, shipment, receipt or count, e.g. shp_0199…."),
    from: isoDate.optional().describe("First day, YYYY-MM-DD, in UTC."),
    to: isoDate.optional().describe("Last day, YYYY-MM-DD, in UTC, included."),
    ...responseFormat("detailed adds the costs by both methods and the item's totals after each movement."),
    ...pageInput,
  }),
  output: page(movementRecord),
  async handler({ limit, cursor, response_format, ...filter }, call) {
    requireDaysInOrder(["from", filter.from], ["to", filter.to]);
    if (filter.sku !== undefined) await requireItem(call, filter.sku);
    if (filter.location !== undefined) await requireLocation(call, filter.location);
    return await listMovements(call, { filter, detailed: response_format === "detailed", limit, cursor });
  },
});
