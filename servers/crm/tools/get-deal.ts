import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { recordKey } from "../fields.ts";
import { dealRecord } from "../records.ts";
import { getDeal } from "../store/deals.ts";
import { findRecord } from "../store/record-directory.ts";

export const getDealTool = defineTool({
  name: "get_deal",
  title: "Get a deal",
  description:
    "Read one deal with its company, owner, stage and lines. The lines can be passed on unchanged to a stock " +
    "reservation or an invoice draft. Amounts are net, in minor units.",
  effect: "read",
  input: z.strictObject({
    id: recordKey("Id or reference of the deal, e.g. DEAL-0031. search_records with type deal finds it."),
  }),
  output: dealRecord,
  async handler({ id }, call) {
    const deal = await findRecord(call, id, "deal");
    return getDeal(call, deal.id);
  },
});
