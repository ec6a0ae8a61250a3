import type { AnyTool } from "../../src/kit/define-tool.ts";
import type { InventoryContext } from "./store/context.ts";
import { adjustStockTool } from "./tools/adjust-stock.ts";
import { cancelPurchaseOrderTool } from "./tools/cancel-purchase-order.ts";
import { createPurchaseOrderTool } from "./tools/create-purchase-order.ts";
import { getPurchaseOrderTool } from "./tools/get-purchase-order.ts";
import { getReservationTool } from "./tools/get-reservation.ts";
import { getStockTool } from "./tools/get-stock.ts";
import { listLocationsTool } from "./tools/list-locations.ts";
import { listMovementsTool } from "./tools/list-movements.ts";
import { listOutboxTool } from "./tools/list-outbox.ts";
import { listPurchaseOrdersTool } from "./tools/list-purchase-orders.ts";
import { listReservationsTool } from "./tools/list-reservations.ts";
import { lowStockTool } from "./tools/low-stock.ts";
import { postCountTool } from "./tools/post-count.ts";
import { receivePurchaseOrderTool } from "./tools/receive-purchase-order.ts";
import { releaseReservationTool } from "./tools/release-reservation.ts";
import { reserveStockTool } from "./tools/reserve-stock.ts";
import { searchItemsTool } from "./tools/search-items.ts";
import { searchSuppliersTool } from "./tools/search-suppliers.ts";
import { sendPurchaseOrderTool } from "./tools/send-purchase-order.ts";
import { shipReservationTool } from "./tools/ship-reservation.ts";
import { stockHistoryTool } from "./tools/stock-history.ts";
import { transferStockTool } from "./tools/transfer-stock.ts";
import { upsertItemTool } from "./tools/upsert-item.ts";
import { upsertLocationTool } from "./tools/upsert-location.ts";
import { upsertSupplierTool } from "./tools/upsert-supplier.ts";
import { valuationTool } from "./tools/valuation.ts";

/** Every tool of the inventory server, in the order in which clients list them: reading first. */
export const tools: readonly AnyTool<InventoryContext>[] = [
  searchItemsTool,
  getStockTool,
  listMovementsTool,
  stockHistoryTool,
  valuationTool,
  listLocationsTool,
  searchSuppliersTool,
  lowStockTool,
  listReservationsTool,
  getReservationTool,
  listPurchaseOrdersTool,
  getPurchaseOrderTool,
  listOutboxTool,
  upsertItemTool,
  upsertSupplierTool,
  upsertLocationTool,
  adjustStockTool,
  postCountTool,
  transferStockTool,
  reserveStockTool,
  shipReservationTool,
  releaseReservationTool,
  createPurchaseOrderTool,
  sendPurchaseOrderTool,
  receivePurchaseOrderTool,
  cancelPurchaseOrderTool,
];
