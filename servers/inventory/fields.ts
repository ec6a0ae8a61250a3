import { z } from "zod";
import { money } from "../../src/kit/fields.ts";
import { isOneLine } from "../../src/kit/plain-text.ts";

export const sku = z
  .string()
  .min(1)
  .max(64)
  .describe("Stock keeping unit, e.g. ROPE-12; case does not matter. search_items finds it by name.");

/** Stricter than `sku`: what a new item may be called. */
export const newSku = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/+#-]{0,63}$/, "must be letters, digits and . _ / + # - without spaces")
  .describe("Stock keeping unit, the key of the item, e.g. ROPE-12; case does not matter.");

export const locationCode = z
  .string()
  .min(1)
  .max(32)
  .describe("Location code, e.g. MAIN; list_locations shows all.");

export const maxQuantity = 1_000_000_000;

export const quantity = z.int().min(1).max(maxQuantity).describe("Whole units of the item.");

/** A count of units in a result; may be negative only where the item may go negative. */
export const units = z.int().describe("Whole units of the item.");

export const unitCost = money
  .extend({ minor: z.int().min(0).max(1_000_000_000_000).describe("Whole minor units (cents for EUR).") })
  .describe("What one unit costs from the supplier, net.");

export const supplierId = z
  .string()
  .min(1)
  .max(64)
  .describe("Supplier id, e.g. sup_0199…; search_suppliers finds it.");

export const purchaseOrderId = z
  .string()
  .min(1)
  .max(64)
  .describe("Purchase order id (po_0199…) or ref (PO-0007); list_purchase_orders finds it.");

export const reservationId = z
  .string()
  .min(1)
  .max(64)
  .describe("Reservation id, e.g. res_0199…; list_reservations finds it.");

const oneLine = "must be one line of plain text";

export const externalId = z.string().min(1).max(100).refine(isOneLine, oneLine);

export const reference = z
  .string()
  .min(1)
  .max(140)
  .refine(isOneLine, oneLine)
  .describe("What this belongs to in another system, e.g. DEAL-0031; shown in lists and searchable.");

export const expectedVersion = z
  .int()
  .min(1)
  .optional()
  .describe("The version you read. When the record has changed since, the call is refused and shows it.");

export const version = z.int().min(1).describe("Counts the changes of the record, from 1.");

/** How much of each record a tool shows. Spread into its input. */
export function responseFormat(detail: string, unless: "concise" | "detailed" = "concise") {
  return { response_format: z.enum(["concise", "detailed"]).default(unless).describe(detail) };
}

/** Free text of a person on one line: a name or a reason. */
export function text(max: number) {
  return z.string().trim().min(1).max(max).refine(isOneLine, oneLine);
}
