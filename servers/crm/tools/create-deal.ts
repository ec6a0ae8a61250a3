import { z } from "zod";
import { isoDate, money, tradeLine } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { line, ownerKey, recordKey } from "../fields.ts";
import { dealRecord } from "../records.ts";
import { dealAmount } from "../store/deal-amount.ts";
import { getDeal } from "../store/deals.ts";
import { contactOf, openDeal } from "../store/new-deal.ts";
import { getActiveOwner, pickOwner } from "../store/owners.ts";
import { findRecord } from "../store/record-directory.ts";

export const createDealTool = defineTool({
  name: "create_deal",
  title: "Create a deal",
  description:
    "Open a deal with a company that is in the CRM, with lines or with an amount while the lines are not known. " +
    "Use it for a sale without a lead; of a lead, qualify_lead makes the deal. The amount of a deal with lines is " +
    "their net sum. An open deal of the same company with the same name is returned as duplicate_of instead of a " +
    "second one. Returns the deal; amounts are net, in minor units, quantities whole units.",
  effect: "create",
  input: z.strictObject({
    name: line(200).describe("What is sold, e.g. Fenders for berth 4."),
    company_id: recordKey("The company: its id, or its ref such as COMP-0007. search_records finds it."),
    contact_id: recordKey("The person it is agreed with: id, or ref such as CONT-0012.").optional(),
    owner_id: ownerKey
      .optional()
      .describe("Who sells, e.g. usr_nina (see list_owners). Defaults to the company's owner."),
    lines: z.array(tradeLine).max(200).default([]).describe("What is sold, all in one currency."),
    amount: money.optional().describe("Net value in minor units; only while there are no lines."),
    stage: line(40).optional().describe("An open stage; list_pipelines shows them. Defaults to the first."),
    pipeline_id: line(40).optional().describe("Defaults to the first pipeline, normally sales."),
    expected_close_on: isoDate.optional().describe("Day on which the decision is expected, YYYY-MM-DD."),
  }),
  output: dealRecord.extend({
    created: z.boolean().describe("Whether the deal is new."),
    duplicate_of: z.string().optional().describe("Ref of the open deal that was there already."),
  }),
  facts: z.strictObject({ amount: money, lines: z.int() }),
  async resource({ lines, amount }) {
    return { amount: dealAmount(lines, amount), lines: lines.length };
  },
  async handler(input, call) {
    const company = await findRecord(call, input.company_id, "company");
    const contactId =
      input.contact_id === undefined ? null : await contactOf(call, company.id, input.contact_id);
    const owner = input.owner_id === undefined ? undefined : await getActiveOwner(call, input.owner_id);
    const { id, duplicateOf } = await openDeal(call, {
      ...input,
      company_id: company.id,
      contact_id: contactId,
      owner_id: owner?.id ?? (await pickOwner(call, company.owner_id)),
    });
    return {
      ...(await getDeal(call, id)),
      created: duplicateOf === undefined,
      duplicate_of: duplicateOf,
    };
  },
});
