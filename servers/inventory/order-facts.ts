import { z } from "zod";
import { money } from "../../src/kit/fields.ts";
import type { InventoryContext } from "./store/context.ts";
import { requireOrder } from "./store/purchase-orders.ts";

/** What a policy may ask about the purchase order that a call is about. */
export const orderFacts = z.strictObject({
  supplier_id: z.string(),
  status: z.string(),
  total: money.describe("Net total of the order."),
});

/** Reads the facts of an order. Throws NOT_FOUND. */
export async function readOrderFacts(
  { purchase_order_id }: { purchase_order_id: string },
  call: InventoryContext,
): Promise<z.infer<typeof orderFacts>> {
  const { supplier_id, status, total } = await requireOrder(call, purchase_order_id);
  return { supplier_id, status, total };
}
