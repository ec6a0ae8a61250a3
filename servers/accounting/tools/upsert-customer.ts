import { z } from "zod";
import { currency } from "../../../src/kit/fields.ts";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import {
  crmCompanyId,
  customerId,
  customerRecord,
  expectedVersion,
  externalId,
  lineOfText,
} from "../fields.ts";
import { customerView, upsertCustomer as upsert } from "../store/customers.ts";

export const upsertCustomer = defineTool({
  name: "upsert_customer",
  title: "Create or change a customer",
  description:
    "Create the customer that a key names, or change the given fields of the one that exists; fields left out " +
    "stay as they are, and input that changes nothing keeps the version. Use it before the first invoice of a " +
    "customer, and when an address changes. Keys: external_id (an import), crm_company_id (the CRM), or id. " +
    "Returns the record and whether it was created.",
  effect: "update",
  input: z.strictObject({
    id: customerId.optional().describe("Id of an existing customer; leave out to go by another key."),
    external_id: externalId.optional().describe("Its id in another system; unique."),
    crm_company_id: crmCompanyId
      .optional()
      .describe("Id of its company in the CRM (com_…), not the ref COMP-0001; unique."),
    name: lineOfText(200).optional().describe("As on the invoice. Required for a new customer."),
    contact_name: mark(lineOfText(200), "personal").optional().describe("The person invoices go to."),
    email: mark(z.email().max(254), "personal").optional().describe("Where reminders are sent."),
    phone: mark(lineOfText(50), "personal").optional().describe("As the customer writes it."),
    language: z
      .string()
      .regex(/^[a-z]{2}$/, "must be an ISO 639-1 code such as en")
      .optional()
      .describe('ISO 639-1 code of the language of letters. A new customer: "en".'),
    currency: currency.optional().describe('Usual currency, ISO 4217. A new customer: "EUR".'),
    payment_terms_days: z
      .int()
      .min(0)
      .max(365)
      .optional()
      .describe("Days from the invoice day to the due day. A new customer: 30."),
    street: mark(lineOfText(200), "personal").optional().describe("Street and house number."),
    city: mark(lineOfText(100), "personal").optional().describe("City."),
    region: mark(lineOfText(100), "personal").optional().describe("State or province."),
    postal_code: mark(lineOfText(20), "personal").optional().describe("Postal code."),
    country: lineOfText(100).optional().describe("Country, as written on a letter."),
    expected_version: expectedVersion,
  }),
  output: customerRecord.extend({ created: z.boolean().describe("Whether the customer is new.") }),
  async handler({ id, expected_version, ...fields }, context) {
    const { row, created } = await upsert(context, { id, expectedVersion: expected_version, fields });
    return { ...customerView(row), created };
  },
});
