import type { ServerDefinition } from "../../src/kit/define-tool.ts";
import { initial } from "./migrations/0001-initial.ts";
import { prompts } from "./prompts.ts";
import { resources } from "./resources.ts";
import type { InventoryContext } from "./store/context.ts";
import type { InventoryTables } from "./store/tables.ts";
import { tools } from "./tools.ts";

/** The inventory server: a ledger of stock movements, reservations and purchase orders. */
export const definition: ServerDefinition<InventoryTables, InventoryContext> = {
  name: "inventory",
  title: "Inventory",
  instructions:
    "Stock of a trading business. Items are named by SKU, places by location code. Quantities are whole units of the " +
    "item; money is in minor units. On hand is the sum of all movements; available is on hand less what active " +
    "reservations hold. Start with search_items or get_stock. To reorder: low_stock, then create_purchase_order and " +
    "send_purchase_order for each supplier, receive_purchase_order when goods arrive. To promise goods: reserve_stock, " +
    "then ship_reservation. After a stocktake: post_count. What stock is worth: valuation.",
  migrations: [initial],
  tools,
  resources,
  prompts,
  context: (call) => call,
};
