import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { z } from "zod";
import type { ItemRecord, LowStockItem } from "../../../../servers/inventory/records.ts";
import { openInventory } from "./inventory-harness.ts";

const folder = resolve(import.meta.dirname, "../../../../../shared/data/northwind");
const present = existsSync(resolve(folder, "products.csv"));
const title = present
  ? "Northwind's 77 products come in with their stock, and exactly 30 and 70 are low"
  : `Northwind's products are imported (skipped: there is no ${folder})`;

const product = z.object({
  ProductID: z.string(),
  ProductName: z.string(),
  SupplierID: z.string(),
  UnitPrice: z.coerce.number(),
  UnitsInStock: z.coerce.number().int(),
  UnitsOnOrder: z.coerce.number().int(),
  ReorderLevel: z.coerce.number().int(),
  Discontinued: z.enum(["0", "1"]),
});

function read(file: string): Record<string, string>[] {
  return parse(readFileSync(resolve(folder, file), "utf8"), { columns: true, bom: true });
}

test.skipIf(!present)(title, async () => {
  const inventory = await openInventory();
  for (const row of read("suppliers.csv")) {
    await inventory.call("upsert_supplier", { external_id: row.SupplierID, name: row.CompanyName });
  }
  const products = z.array(product).parse(read("products.csv"));
  expect(products).toHaveLength(77);
  const importAll = async () => {
    let changes = 0;
    for (const row of products) {
      await inventory.call("upsert_item", {
        sku: `NW-${row.ProductID.padStart(2, "0")}`,
        external_id: row.ProductID,
        name: row.ProductName,
        supplier_external_id: row.SupplierID,
        unit_cost: { minor: Math.round(row.UnitPrice * 100), currency: "USD" },
        reorder_point: row.ReorderLevel,
        discontinued: row.Discontinued === "1",
        opening: { location: "MAIN", on_hand: row.UnitsInStock, on_order: row.UnitsOnOrder },
      });
      changes += inventory.changes().length;
    }
    return changes;
  };
  expect(await importAll()).toBeGreaterThan(77);
  expect(await importAll()).toBe(0);

  const items = await inventory.all<ItemRecord>("search_items");
  const total = (member: "on_hand" | "on_order") => items.reduce((sum, item) => sum + item[member], 0);
  expect(total("on_hand")).toBe(products.reduce((sum, row) => sum + row.UnitsInStock, 0));
  expect(total("on_order")).toBe(products.reduce((sum, row) => sum + row.UnitsOnOrder, 0));

  const low = await inventory.all<LowStockItem>("low_stock");
  expect(low.map((item) => item.sku)).toEqual(["NW-30", "NW-70"]);
  for (const { supplier_id, sku, suggested_quantity } of low) {
    const lines = [{ sku, quantity: suggested_quantity }];
    const order = await inventory.call("create_purchase_order", { supplier_id, lines });
    await inventory.call("send_purchase_order", { purchase_order_id: order.id });
  }
  expect(await inventory.all("low_stock")).toEqual([]);
});
