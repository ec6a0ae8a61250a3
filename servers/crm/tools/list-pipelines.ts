import { z } from "zod";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { pipelineRecord } from "../records.ts";
import { pipelinesPage } from "../store/pipelines.ts";

export const listPipelinesTool = defineTool({
  name: "list_pipelines",
  title: "List pipelines",
  description:
    "List the sales pipelines. Use it before create_deal or move_deal_stage to know the valid stages; for counts " +
    "and amounts per stage use pipeline_report. Returns each with its stages in order, what each stage means " +
    "(open, won or lost), its probability in percent and the stages to which a deal may move from it, one page; " +
    "follow next_cursor for the rest.",
  effect: "read",
  input: z.strictObject(pageInput),
  output: page(pipelineRecord),
  handler: (input, call) => pipelinesPage(call, input),
});
