import { z } from "zod";
import { page, pageInput } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { supplierId } from "../fields.ts";
import { itemRecord } from "../records.ts";
import { searchItems } from "../store/items.ts";

export const searchItemsTool = defineTool({
  name: "search_items",
  title: "Search items",
  description:
    "Find items by part of their SKU, name or external id, or list all of them. Returns each item with its supplier, " +
    "cost, reorder settings and stock over all locations (whole units of the item), ordered by SKU, in pages. " +
    "For stock per location use get_stock.",
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
    ...pageInput,
  }),
  output: page(itemRecord),
  handler: (input, call) => searchItems(call, input),
});
