import type { AnyTool } from "../../src/kit/define-tool.ts";
import type { InventoryContext } from "./store/context.ts";
import { adjustStockTool } from "./tools/adjust-stock.ts";
import { cancelPurchaseOrderTool } from "./tools/cancel-purchase-order.ts";
import { createPurchaseOrderTool } from "./tools/create-purchase-order.ts";
import { getPurchaseOrderTool } from "./tools/get-purchase-order.ts";
import { getStockTool } from "./tools/get-stock.ts";
import { listLocationsTool } from "./tools/list-locations.ts";
import { listMovementsTool } from "./tools/list-movements.ts";
import { listOutboxTool } from "./tools/list-outbox.ts";
import { listPurchaseOrdersTool } from "./tools/list-purchase-orders.ts";
import { listReservationsTool } from "./tools/list-reservations.ts";
import { lowStockTool } from "./tools/low-stock.ts";
import { receivePurchaseOrderTool } from "./tools/receive-purchase-order.ts";
import { releaseReservationTool } from "./tools/release-reservation.ts";
import { reserveStockTool } from "./tools/reserve-stock.ts";
import { searchItemsTool } from "./tools/search-items.ts";
import { searchSuppliersTool } from "./tools/search-suppliers.ts";
import { sendPurchaseOrderTool } from "./tools/send-purchase-order.ts";
import { transferStockTool } from "./tools/transfer-stock.ts";
import { upsertItemTool } from "./tools/upsert-item.ts";
import { upsertLocationTool } from "./tools/upsert-location.ts";
import { upsertSupplierTool } from "./tools/upsert-supplier.ts";

/** Every tool of the inventory server, in the order in which clients list them: reading first. */
export const tools: readonly AnyTool<InventoryContext>[] = [
  searchItemsTool,
  getStockTool,
  listMovementsTool,
  listLocationsTool,
  searchSuppliersTool,
  lowStockTool,
  listReservationsTool,
  listPurchaseOrdersTool,
  getPurchaseOrderTool,
  listOutboxTool,
  upsertItemTool,
  upsertSupplierTool,
  upsertLocationTool,
  adjustStockTool,
  transferStockTool,
  reserveStockTool,
  releaseReservationTool,
  createPurchaseOrderTool,
  sendPurchaseOrderTool,
  receivePurchaseOrderTool,
  cancelPurchaseOrderTool,
];
