import { z } from "zod";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { taxCodeRecord } from "../fields.ts";
import { listTaxCodes as listPage, taxCodeView } from "../store/tax-codes.ts";

export const listTaxCodes = defineTool({
  name: "list_tax_codes",
  title: "List tax codes",
  description:
    "List the tax codes that lines of invoices may name. Use it before you draft or import an invoice with tax. " +
    "Returns one page: each code with its rate as decimal text (0.19 is 19 %) and the account that collects the " +
    "tax; follow next_cursor for the rest.",
  effect: "read",
  input: z.strictObject({ ...pageInput }),
  output: page(taxCodeRecord),
  async handler(input, context) {
    const { rows, nextCursor } = await listPage(context, input);
    return { items: rows.map(taxCodeView), next_cursor: nextCursor };
  },
});
