import { resourceDefiner } from "../../src/kit/define-resource.ts";
import type { InventoryContext } from "./store/context.ts";
import { getPurchaseOrderTool } from "./tools/get-purchase-order.ts";
import { getStockTool } from "./tools/get-stock.ts";
import { listLocationsTool } from "./tools/list-locations.ts";
import { listPurchaseOrdersTool } from "./tools/list-purchase-orders.ts";
import { lowStockTool } from "./tools/low-stock.ts";
import { searchItemsTool } from "./tools/search-items.ts";

const defineResource = resourceDefiner<InventoryContext>();

const openOrders = ["draft", "sent", "partially_received"];

/** What clients may attach to a conversation; each is opened by the grant of the read tool behind it. */
export const resources = [
  defineResource({
    name: "locations",
    uri: "inv://locations",
    title: "Locations",
    description: "Every place where stock is kept, by code. The first 100.",
    tool: listLocationsTool,
    arguments: () => ({ limit: 100 }),
  }),
  defineResource({
    name: "low_stock",
    uri: "inv://low-stock",
    title: "Items to reorder",
    description:
      "Items at or below their reorder point, with a suggested order quantity in whole units. The first 100.",
    tool: lowStockTool,
    arguments: () => ({ limit: 100 }),
  }),
  defineResource({
    name: "item",
    uri: "inv://item/{sku}",
    title: "Item",
    description:
      "One item by SKU: how much there is, where, what holds it and what is on order, in whole units of the item. " +
      "Listed are the items to reorder; every other SKU can be read too.",
    tool: getStockTool,
    arguments: ({ sku }) => ({ sku }),
    complete: {
      sku: {
        tool: searchItemsTool,
        arguments: (typed) => ({ limit: 100, ...(typed.trim() !== "" && { query: typed.trim() }) }),
        field: "sku",
      },
    },
    list: {
      tool: lowStockTool,
      arguments: ({ cursor }) => (cursor === undefined ? {} : { cursor }),
      item: ({ sku, name }) => ({ values: { sku: String(sku) }, title: `${sku} ${name}` }),
    },
  }),
  defineResource({
    name: "purchase_order",
    uri: "inv://purchase-order/{id}",
    title: "Purchase order",
    description:
      "One purchase order by id or ref (PO-0007), with its lines: ordered, received and outstanding units.",
    tool: getPurchaseOrderTool,
    arguments: ({ id }) => ({ purchase_order_id: id }),
    complete: {
      id: {
        tool: listPurchaseOrdersTool,
        async handler(typed, { db }) {
          const start = typed
            .trim()
            .toUpperCase()
            .replace(/^PO-?0*/, "");
          const rows = await db
            .selectFrom("inventory_purchase_order")
            .select("number")
            .orderBy("number", "desc")
            .limit(1_000)
            .execute();
          const refs = rows.map(({ number }) => ({ value: `PO-${String(number).padStart(4, "0")}` }));
          return { items: refs.filter(({ value }) => value.replace(/^PO-0*/, "").startsWith(start)) };
        },
      },
    },
    list: {
      tool: listPurchaseOrdersTool,
      arguments: ({ cursor }) => ({ status: openOrders, ...(cursor !== undefined && { cursor }) }),
      item: ({ ref }) => ({ values: { id: String(ref) }, title: `Purchase order ${ref}` }),
    },
  }),
];
