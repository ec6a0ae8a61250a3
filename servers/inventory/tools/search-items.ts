import { z } from "zod";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { locationCode, responseFormat, supplierId } from "../fields.ts";
import { listedItem } from "../records.ts";
import { conciseItem, searchItems } from "../store/items.ts";
import { requireLocation } from "../store/locations.ts";
import { requireSupplier } from "../store/suppliers.ts";

export const searchItemsTool = defineTool({
  name: "search_items",
  title: "Search items",
  description:
    "Find items by part of their SKU, name or external id, or list all of them. Use it when the SKU is not known; " +
    "for stock per location use get_stock. Returns each item with its supplier, cost in minor units, reorder " +
    "settings and stock over all locations (whole units of the item), ordered by SKU, in pages.",
  effect: "read",
  input: z.strictObject({
    query: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("Part of a SKU, name or external id. Leave out to list all."),
    supplier_id: supplierId.optional().describe("Only items of this supplier."),
    discontinued: z.boolean().optional().describe("true: only discontinued items; false: only current ones."),
    location: locationCode.optional().describe("Only items with stock at this location."),
    ...responseFormat("detailed adds external_id, costing, target quantity and dates."),
    ...pageInput,
  }),
  output: page(listedItem),
  async handler({ location: code, response_format, ...rest }, call) {
    if (rest.supplier_id !== undefined) await requireSupplier(call, rest.supplier_id);
    const locationId = code === undefined ? undefined : (await requireLocation(call, code)).id;
    const found = await searchItems(call, { ...rest, locationId });
    return response_format === "detailed" ? found : { ...found, items: found.items.map(conciseItem) };
  },
});
