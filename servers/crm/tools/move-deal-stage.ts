import { z } from "zod";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, line, recordKey } from "../fields.ts";
import { dealRecord, redirectedFrom } from "../records.ts";
import { moveDealStage } from "../store/deal-stage.ts";
import { dealRow, getDeal } from "../store/deals.ts";
import { findRecord, touchRecord } from "../store/record-directory.ts";

export const moveDealStageTool = defineTool({
  name: "move_deal_stage",
  title: "Move a deal to another stage",
  description:
    "Move a deal along its pipeline. Use it when a deal makes progress, is won or is lost; its value is changed " +
    "with update_deal. Only the transitions of the pipeline are allowed; an error lists them, list_pipelines " +
    "shows them all. Moving to lost needs a reason. A won or lost deal stays so unless reopen is true. Returns " +
    "the deal and from_stage; amounts are net, in minor units, quantities whole units.",
  effect: "update",
  input: z.strictObject({
    id: recordKey("Id or reference of the deal, e.g. DEAL-0031."),
    stage: line(40).describe("The stage to move to, e.g. proposal; list_pipelines shows the stages."),
    reason: line(500).optional().describe("Why; required when the deal is lost."),
    reopen: z.boolean().default(false).describe("Whether to take a won or lost deal up again on purpose."),
    expected_version: expectedVersion,
  }),
  output: dealRecord.extend({
    from_stage: z.string().describe("The stage before."),
    redirected_from: redirectedFrom,
  }),
  facts: z.strictObject({
    stage: z.string(),
    to_stage: z.string(),
    status: z.string(),
    amount: money,
    owner_id: z.string(),
    company_id: z.string(),
  }),
  async resource(input, call) {
    const { id } = await findRecord(call, input.id, "deal");
    const { stage, status, amount_minor: minor, currency, owner_id, company_id } = await dealRow(call, id);
    return { stage, to_stage: input.stage, status, amount: { minor, currency }, owner_id, company_id };
  },
  async handler({ id, expected_version, ...move }, call) {
    const record = await findRecord(call, id, "deal");
    const current = await getDeal(call, record.id);
    expectVersion({ name: current.ref, record: current, expected: expected_version, readBy: "get_deal" });
    const deal = await dealRow(call, record.id);
    await moveDealStage(call, deal, move);
    await touchRecord(call, record);
    return {
      ...(await getDeal(call, deal.id)),
      from_stage: deal.stage,
      redirected_from: record.redirected_from,
    };
  },
});
