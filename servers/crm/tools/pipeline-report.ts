import { z } from "zod";
import { isoDate, money } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { line, namedReference, ownerKey } from "../fields.ts";
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
    "Sum up the deals of a pipeline. Use it for questions about the pipeline as a whole; for the stages alone use " +
    "list_pipelines, for the deals themselves search_records. Returns per stage and currency how many deals there " +
    "are and what they are worth, and what open deals are worth weighted by the probability of their stages, all " +
    "in minor units; amounts of different currencies are never added up.",
  effect: "read",
  input: z.strictObject({
    pipeline_id: line(40).optional().describe("Defaults to the first pipeline, normally sales."),
    owner_id: ownerKey.optional(),
    closed_since: isoDate
      .optional()
      .describe("Count won and lost deals only from this day on, YYYY-MM-DD. All of them when left out."),
  }),
  output: z.strictObject({
    pipeline: namedReference("pipeline"),
    as_of: isoDate.describe("The day of the report."),
    stages: z
      .array(
        z.strictObject({
          stage: z.string().describe("Key of the stage, as move_deal_stage takes it."),
          name: z.string().describe("Name of the stage."),
          status: z.enum(dealStatuses).describe("What a deal in this stage is."),
          probability_percent: z.int().describe("How likely a deal in this stage is won."),
          allowed_next: z.array(z.string()).describe("Stages to which a deal may move from here."),
          deals,
          amounts: z
            .array(z.strictObject({ amount: money.describe("What its deals are worth, net."), deals }))
            .describe("One per currency."),
        }),
      )
      .describe("All stages, in their order."),
    open: z
      .array(
        z.strictObject({
          amount: money.describe("What the open deals are worth, net."),
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
