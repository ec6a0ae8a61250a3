import { z } from "zod";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { customerRecord } from "../fields.ts";
import { customerView, searchCustomers as searchPage } from "../store/customers.ts";

export const searchCustomers = defineTool({
  name: "search_customers",
  title: "Search customers",
  description:
    "Find customers of the books by a part of their name, contact, email, external_id or crm_company_id, or list " +
    "all. Use it to get the customer_id that other tools take. Returns one page of whole records in the order of " +
    "their names; follow next_cursor for the rest.",
  effect: "read",
  input: z.strictObject({
    query: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("Part of the text looked for; case does not matter for A to Z. Leave out to list all."),
    ...pageInput,
  }),
  output: page(customerRecord),
  async handler(input, context) {
    const { rows, nextCursor } = await searchPage(context, input);
    return { items: rows.map(customerView), next_cursor: nextCursor };
  },
});
