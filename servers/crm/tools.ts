import type { AnyTool } from "../../src/kit/define-tool.ts";
import type { CrmContext } from "./store/context.ts";
import { completeTaskTool } from "./tools/complete-task.ts";
import { createDealTool } from "./tools/create-deal.ts";
import { createLeadTool } from "./tools/create-lead.ts";
import { createTaskTool } from "./tools/create-task.ts";
import { getDealTool } from "./tools/get-deal.ts";
import { getRecordTool } from "./tools/get-record.ts";
import { listDueFollowupsTool } from "./tools/list-due-followups.ts";
import { listOwnersTool } from "./tools/list-owners.ts";
import { listPipelinesTool } from "./tools/list-pipelines.ts";
import { logActivityTool } from "./tools/log-activity.ts";
import { mergeRecordsTool } from "./tools/merge-records.ts";
import { moveDealStageTool } from "./tools/move-deal-stage.ts";
import { pipelineReportTool } from "./tools/pipeline-report.ts";
import { qualifyLeadTool } from "./tools/qualify-lead.ts";
import { searchRecordsTool } from "./tools/search-records.ts";
import { updateDealTool } from "./tools/update-deal.ts";
import { upsertCompanyTool } from "./tools/upsert-company.ts";
import { upsertContactTool } from "./tools/upsert-contact.ts";
import { upsertOwnerTool } from "./tools/upsert-owner.ts";
import { upsertPipelineTool } from "./tools/upsert-pipeline.ts";

/** The tools of the CRM, in the order in which clients show them. */
export const tools: readonly AnyTool<CrmContext>[] = [
  searchRecordsTool,
  getRecordTool,
  getDealTool,
  upsertCompanyTool,
  upsertContactTool,
  createLeadTool,
  qualifyLeadTool,
  createDealTool,
  updateDealTool,
  moveDealStageTool,
  logActivityTool,
  createTaskTool,
  completeTaskTool,
  listDueFollowupsTool,
  pipelineReportTool,
  listPipelinesTool,
  mergeRecordsTool,
  listOwnersTool,
  upsertOwnerTool,
  upsertPipelineTool,
];
