import { RingmainError } from "../../../src/core/errors.ts";
import type { Money } from "../../../src/kit/fields.ts";
import type { CrmContext } from "./context.ts";
import { dealAmount } from "./deal-amount.ts";
import { type DealLine, findOpenDeal, insertDeal } from "./deals.ts";
import { findRecord } from "./record-directory.ts";
import { findPipeline, findStage, listStages } from "./stages.ts";

export interface NewDeal {
  name: string;
  company_id: string;
  contact_id: string | null;
  owner_id: string;
  lead_id?: string | undefined;
  lines: readonly DealLine[];
  amount?: Money | undefined;
  stage?: string | undefined;
  pipeline_id?: string | undefined;
  expected_close_on?: string | undefined;
}

/**
 * Opens a deal in a stage of a pipeline, the first one when none is named; or finds the open deal of this company
 * with this name, and opens none. Throws INPUT_INVALID or NOT_FOUND, with what is valid.
 */
export async function openDeal(
  call: CrmContext,
  deal: NewDeal,
): Promise<{ id: string; duplicateOf?: string }> {
  const { stage, pipeline_id, amount, ...columns } = deal;
  const place = await openStage(call, pipeline_id, stage);
  const value = dealAmount(deal.lines, amount);
  const open = await findOpenDeal(call, deal.company_id, deal.name);
  if (open !== undefined) return { id: open.id, duplicateOf: open.ref };
  return { id: await insertDeal(call, { ...columns, ...place, amount: value }) };
}

/** The id of a contact of this company. Throws INPUT_INVALID for a contact of another one. */
export async function contactOf(call: CrmContext, companyId: string, key: string): Promise<string> {
  const contact = await findRecord(call, key, "contact");
  if (contact.company_id === companyId) return contact.id;
  throw new RingmainError("INPUT_INVALID", `${contact.ref} does not belong to this company.`, {
    hint: "search_records with type contact and company_id lists the people of the company.",
  });
}

async function openStage(call: CrmContext, pipelineId: string | undefined, key: string | undefined) {
  const pipeline = await findPipeline(call, pipelineId);
  const stages = (await listStages(call, pipeline.id)).filter(({ status }) => status === "open");
  const stage = findStage(stages, key ?? stages[0]?.stage ?? "");
  return { pipeline_id: pipeline.id, stage: stage.stage };
}
