import { z } from "zod";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { supplierRecord } from "../records.ts";
import { searchSuppliers } from "../store/suppliers.ts";

export const searchSuppliersTool = defineTool({
  name: "search_suppliers",
  title: "Search suppliers",
  description:
    "Find suppliers by part of their name, e-mail address or external id, or list all of them. Use it to get the " +
    "supplier_id that purchase orders need. Returns whole records by name, in pages.",
  effect: "read",
  input: z.strictObject({
    query: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("Part of a name, e-mail or external id. Leave out to list all."),
    ...pageInput,
  }),
  output: page(supplierRecord),
  handler: (input, call) => searchSuppliers(call, input),
});
