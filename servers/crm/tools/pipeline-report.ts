import { z } from "zod";
import { isoDate, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { line, ownerKey } from "../fields.ts";
import { dealStatuses } from "../records.ts";
import { today } from "../store/context.ts";
import { getOwner } from "../store/owners.ts";
import { reportStages } from "../store/pipeline-report.ts";
import { findPipeline } from "../store/stages.ts";

const deals = z.int().describe("How many deals.");

export const pipelineReportTool = defineTool({
  name: "pipeline_report",
  title: "Pipeline report",
  description:
    "Sum up the deals of a pipeline: per stage and currency how many there are and what they are worth, in minor " +
    "units; amounts of different currencies are never added up. Also what open deals are worth weighted by the " +
    "probability of their stages. For the stages alone use list_pipelines.",
  effect: "read",
  input: z.strictObject({
    pipeline_id: line(40).optional().describe("Defaults to the first pipeline, normally sales."),
    owner_id: ownerKey.optional(),
    closed_since: isoDate
      .optional()
      .describe("Count won and lost deals only from this day on, YYYY-MM-DD. All of them when left out."),
  }),
  output: z.strictObject({
    pipeline: z.strictObject({ id: z.string(), name: z.string() }),
    as_of: isoDate,
    stages: z.array(
      z.strictObject({
        stage: z.string().describe("Key of the stage, as move_deal_stage takes it."),
        name: z.string(),
        status: z.enum(dealStatuses),
        probability_percent: z.int().describe("How likely a deal in this stage is won."),
        allowed_next: z.array(z.string()).describe("Stages to which a deal may move from here."),
        deals,
        amounts: z.array(z.strictObject({ amount: money, deals })).describe("One per currency."),
      }),
    ),
    open: z
      .array(
        z.strictObject({
          amount: money,
          weighted: money.describe("Amount × probability per stage, rounded half up to the minor unit."),
          deals,
        }),
      )
      .describe("All open stages together, one per currency."),
  }),
  async handler({ pipeline_id, owner_id, closed_since }, call) {
    if (owner_id !== undefined) await getOwner(call, owner_id);
    const { id, name } = await findPipeline(call, pipeline_id);
    const report = await reportStages(call, { pipelineId: id, ownerId: owner_id, closedSince: closed_since });
    return { pipeline: { id, name }, as_of: today(call), ...report };
  },
});
