import { z } from "zod";
import { canonicalJson } from "../../../src/core/json.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, line } from "../fields.ts";
import { dealStatuses, pipelineRecord } from "../records.ts";
import type { CrmContext } from "../store/context.ts";
import { checkPipeline } from "../store/pipeline-rules.ts";
import { listPipelines, pipelineRow, savePipeline } from "../store/pipelines.ts";

const key = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,39}$/,
    "must be lower case letters, digits, - and _, at most 40, e.g. site_visit",
  );

export const upsertPipelineTool = defineTool({
  name: "upsert_pipeline",
  title: "Add or change a pipeline",
  description:
    "Add a sales pipeline, or replace the stages and allowed moves of the one with this id. Use it to change how " +
    "deals move, and pass the whole pipeline: read it with list_pipelines, change it, pass it back. A stage that " +
    "deals are in can be renamed and moved, but neither removed nor given another status. It needs at least one " +
    "open, one won and one lost stage, and every open stage must lead to both ends. Returns the pipeline and " +
    "whether it was created.",
  effect: "update",
  input: z.strictObject({
    id: key.describe("Key of the pipeline, e.g. sales. A new key adds a pipeline."),
    name: line(100).describe("Name for people, e.g. Sales."),
    stages: z
      .array(
        z.strictObject({
          stage: key.describe("Key of the stage, e.g. proposal; deals keep it, so it cannot be renamed."),
          name: line(100).describe("Name for people, e.g. Proposal sent."),
          status: z.enum(dealStatuses).describe("What a deal in this stage is: open, won or lost."),
          probability_percent: z
            .int()
            .min(0)
            .max(100)
            .describe("How likely a deal in this stage is won, 0 to 100; 100 when won, 0 when lost."),
          allowed_next: z
            .array(key)
            .max(50)
            .describe(
              "Keys of the stages to which a deal may move from here. From a won or lost one: with reopen only.",
            ),
        }),
      )
      .min(3)
      .max(50)
      .describe("All stages, in their order."),
    expected_version: expectedVersion,
  }),
  output: pipelineRecord.extend({ created: z.boolean().describe("Whether the pipeline is new.") }),
  facts: z.strictObject({ exists: z.boolean(), stages: z.int() }),
  async resource({ id, stages }, call) {
    return { exists: (await pipelineRow(call, id)) !== undefined, stages: stages.length };
  },
  async handler({ expected_version, ...pipeline }, call) {
    checkPipeline(pipeline.stages);
    const current = await pipelineRow(call, pipeline.id);
    const before = current === undefined ? undefined : await readBack(call, pipeline.id);
    expectVersion({
      name: `Pipeline ${pipeline.id}`,
      record: before,
      expected: expected_version,
      readBy: "list_pipelines",
    });
    if (before !== undefined) {
      const { version, ...shown } = before;
      if (canonicalJson(shown) === canonicalJson(inOrder(pipeline)))
        return { ...shown, version, created: false };
    }
    await savePipeline(call, current, pipeline);
    return { ...(await readBack(call, pipeline.id)), created: current === undefined };
  },
});

async function readBack(call: CrmContext, id: string) {
  const pipeline = (await listPipelines(call)).find((candidate) => candidate.id === id);
  if (pipeline === undefined) throw new Error(`pipeline ${id} is not there`);
  return pipeline;
}

/** The pipeline with its moves in the order of the stages, as it is read back. */
function inOrder<Pipeline extends { stages: { stage: string; allowed_next: string[] }[] }>(
  pipeline: Pipeline,
) {
  const keys = pipeline.stages.map(({ stage }) => stage);
  return {
    ...pipeline,
    stages: pipeline.stages.map((stage) => ({
      ...stage,
      allowed_next: keys.filter((next) => stage.allowed_next.includes(next)),
    })),
  };
}
