import type { InventoryContext } from "./context.ts";

/**
 * Links a record to what the caller's reference names, when it has the form of a reference (DEAL-0031, INV-2026-0042);
 * anything else is just text.
 */
export async function linkReference(
  call: InventoryContext,
  reference: string,
  id: string,
  kind: "reservation" | "shipment",
): Promise<void> {
  if (/^[A-Z][A-Za-z]{0,30}-[\w.-]{1,60}$/.test(reference)) await call.link(reference, id, kind);
}
