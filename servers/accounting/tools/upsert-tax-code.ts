import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { accountId, expectedVersion, lineOfText, taxCodeId, taxCodeRecord, taxRate } from "../fields.ts";
import { taxCodeView, upsertTaxCode as upsert } from "../store/tax-codes.ts";

export const upsertTaxCode = defineTool({
  name: "upsert_tax_code",
  title: "Create or change a tax code",
  description:
    "Make a tax code, or change the given fields of the one that has the id. Use it for a tax that list_tax_codes " +
    "does not have, or when a rate changes by law. A new rate holds for lines priced from now on: invoices and " +
    "drafts keep the rate they were priced with. Returns the tax code and whether it was created.",
  effect: "update",
  input: z.strictObject({
    id: taxCodeId.describe("Its code in invoice lines, e.g. vat-19."),
    name: lineOfText(100).optional().describe("As on the invoice, e.g. VAT 19 %. Required for a new code."),
    rate: taxRate.optional().describe('Decimal text: "0.19" is 19 %. Required for a new code.'),
    account_id: accountId.optional().describe("Liability account that collects the tax. New code: 2200."),
    expected_version: expectedVersion,
  }),
  output: taxCodeRecord.extend({ created: z.boolean().describe("Whether the tax code is new.") }),
  async handler({ id, name, rate, account_id, expected_version }, context) {
    const { row, created } = await upsert(context, {
      id,
      name,
      rate,
      accountId: account_id,
      expectedVersion: expected_version,
    });
    return { ...taxCodeView(row), created };
  },
});
