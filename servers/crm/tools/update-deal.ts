import { z } from "zod";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { isoDate, money, tradeLine } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, line, ownerKey, recordKey } from "../fields.ts";
import { dealRecord, redirectedFrom } from "../records.ts";
import { clearableDealFields, updateDeal } from "../store/deal-update.ts";
import { dealRow, getDeal } from "../store/deals.ts";
import { findRecord } from "../store/record-directory.ts";

export const updateDealTool = defineTool({
  name: "update_deal",
  title: "Update a deal",
  description:
    "Change the name, contact, owner, lines, amount or expected close of a deal; fields that are left out stay as " +
    "they are. Use it when what is sold changes; to move a deal to another stage, or to win or lose it, use " +
    "move_deal_stage. Lines replace all lines, and the amount is then their net sum. The value of a won or lost " +
    "deal cannot be changed. Returns the deal; amounts are net, in minor units, quantities whole units.",
  effect: "update",
  input: z.strictObject({
    id: recordKey("Id or reference of the deal, e.g. DEAL-0031."),
    name: line(200).optional().describe("What is sold, e.g. Fenders for berth 4."),
    contact_id: recordKey(
      "The person it is agreed with, of the deal's company: id, or ref such as CONT-0012.",
    ).optional(),
    owner_id: ownerKey.optional().describe("Who sells, e.g. usr_nina (see list_owners)."),
    lines: z.array(tradeLine).min(1).max(200).optional().describe("All lines of the deal, in one currency."),
    amount: money.optional().describe("Net value in minor units; only for a deal without lines."),
    expected_close_on: isoDate.optional().describe("Day on which the decision is expected, YYYY-MM-DD."),
    clear: z
      .array(z.enum(clearableDealFields))
      .max(3)
      .default([])
      .describe("Fields to empty. A deal without lines keeps its amount, or takes the one you pass."),
    expected_version: expectedVersion,
  }),
  output: dealRecord.extend({ redirected_from: redirectedFrom }),
  facts: z.strictObject({
    status: z.string(),
    stage: z.string(),
    amount: money,
    owner_id: z.string(),
    company_id: z.string(),
  }),
  async resource(input, call) {
    const { id } = await findRecord(call, input.id, "deal");
    const { status, stage, amount_minor: minor, currency, owner_id, company_id } = await dealRow(call, id);
    return { status, stage, amount: { minor, currency }, owner_id, company_id };
  },
  async handler({ id: key, expected_version, ...change }, call) {
    const { id, redirected_from } = await findRecord(call, key, "deal");
    const current = await getDeal(call, id);
    expectVersion({ name: current.ref, record: current, expected: expected_version, readBy: "get_deal" });
    await updateDeal(call, await dealRow(call, id), change);
    return { ...(await getDeal(call, id)), redirected_from };
  },
});
