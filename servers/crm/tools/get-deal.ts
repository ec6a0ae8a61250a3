import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { defineTool } from "../define-tool.ts";
import { recordKey } from "../fields.ts";
import { readRecordFacts, recordFacts } from "../record-facts.ts";
import { dealRecord, dealStatuses, redirectedFrom } from "../records.ts";
import { getDeal } from "../store/deals.ts";
import { findRecord } from "../store/record-directory.ts";

export const getDealTool = defineTool({
  name: "get_deal",
  title: "Get a deal",
  description:
    "Read one deal. Use it before you reserve stock or draft an invoice for a deal: its lines can be passed on " +
    "unchanged. For activities, tasks and stage history use get_record. Returns the deal with its company, owner, " +
    "stage and lines; amounts are net, in minor units, quantities whole units. The id of a deal that was merged " +
    "leads to the one that it was merged into.",
  effect: "read",
  input: z.strictObject({
    id: recordKey("Id or reference of the deal, e.g. DEAL-0031. search_records with type deal finds it."),
    expected_status: z
      .enum(dealStatuses)
      .optional()
      .describe("Refuses the deal when it has another status: an automation goes on with a won deal only."),
  }),
  output: dealRecord.extend({ redirected_from: redirectedFrom }),
  facts: recordFacts,
  resource: ({ id }, call) => readRecordFacts(call, id, "deal"),
  async handler({ id, expected_status }, call) {
    const deal = await findRecord(call, id, "deal");
    if (expected_status !== undefined && deal.status !== expected_status) {
      throw new RingmainError("STATE_INVALID", `${deal.ref} is ${deal.status}, not ${expected_status}.`, {
        hint: "crm.move_deal_stage moves a deal; leave expected_status out to read it as it is.",
      });
    }
    return { ...(await getDeal(call, deal.id)), redirected_from: deal.redirected_from };
  },
});
