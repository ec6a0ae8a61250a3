import { z } from "zod";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, externalId, supplierId, text } from "../fields.ts";
import { supplierRecord } from "../records.ts";
import { addressWaitingMessages } from "../store/outbox.ts";
import { upsertSupplier } from "../store/suppliers.ts";

export const upsertSupplierTool = defineTool({
  name: "upsert_supplier",
  title: "Add or change a supplier",
  description:
    "Add a supplier, or change the one with this id or external_id. Use it before items and orders of a new " +
    "supplier, and to set the e-mail address that its orders go to. Members left out stay as they are. Repeating " +
    "it changes nothing. Returns the supplier and whether it was created.",
  effect: "update",
  input: z.strictObject({
    id: supplierId
      .optional()
      .describe("Id of the supplier to change. Leave out to add one or to find it by external_id."),
    external_id: externalId.optional().describe("Its id in the system you import from; unique."),
    name: text(200).optional().describe("Name of the company. Required for a new supplier."),
    email: mark(z.email().max(254), "personal").optional().describe("Where purchase orders are sent."),
    phone: mark(text(50), "personal").optional().describe("Telephone number."),
    country: text(60).optional().describe("Country."),
    expected_version: expectedVersion,
  }),
  output: z.strictObject({ ...supplierRecord.shape, created: z.boolean().describe("Whether it is new.") }),
  async handler(input, call) {
    const supplier = await upsertSupplier(call, input);
    await addressWaitingMessages(call, { id: supplier.id, email: supplier.email ?? null });
    return supplier;
  },
});
