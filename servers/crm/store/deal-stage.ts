import { RingmainError } from "../../../src/core/errors.ts";
import { type CrmContext, today } from "./context.ts";
import { allowedStages, findStage, listStages } from "./stages.ts";
import type { DealRow } from "./tables.ts";

export interface StageMove {
  stage: string;
  reason?: string | undefined;
  reopen: boolean;
}

/**
 * Moves a deal along an allowed transition of its pipeline and keeps the move in its history. Entering a lost
 * stage needs a reason, leaving a won or lost one needs `reopen`. Throws INPUT_INVALID or STATE_INVALID, with
 * the stages that are allowed.
 */
export async function moveDealStage(call: CrmContext, deal: DealRow, move: StageMove): Promise<void> {
  const stages = await listStages(call, deal.pipeline_id);
  const target = findStage(stages, move.stage);
  const allowed = await allowedStages(call, deal.pipeline_id, deal.stage);
  const next = allowed.length > 0 ? `From ${deal.stage} it may move to: ${allowed.join(", ")}.` : undefined;
  const refuse = (message: string, hint = next) => {
    throw new RingmainError("STATE_INVALID", message, { hint });
  };

  if (target.stage === deal.stage) refuse(`${deal.ref} is already in stage ${deal.stage}.`);
  if (!allowed.includes(target.stage)) {
    refuse(`${deal.ref} cannot move from ${deal.stage} to ${target.stage}.`);
  }
  if (deal.status !== "open" && !move.reopen) {
    refuse(
      `${deal.ref} is ${deal.status}, which is final.`,
      "To open it again on purpose, pass reopen: true.",
    );
  }
  if (target.status === "lost" && move.reason === undefined) {
    throw new RingmainError("INPUT_INVALID", `A deal that moves to ${target.stage} needs a reason.`, {
      hint: "Pass reason, for instance: lost to a cheaper offer.",
    });
  }

  const version = deal.version + 1;
  await call.db
    .updateTable("crm_deal")
    .set({
      stage: target.stage,
      status: target.status,
      closed_on: target.status === "open" ? null : today(call),
      lost_reason: target.status === "lost" ? (move.reason ?? null) : null,
      last_activity_on: today(call),
      version,
      updated_at: call.now.toISOString(),
    })
    .where("id", "=", deal.id)
    .execute();
  await call.db
    .insertInto("crm_deal_stage_change")
    .values({
      id: call.newId("move"),
      deal_id: deal.id,
      from_stage: deal.stage,
      to_stage: target.stage,
      reason: move.reason ?? null,
      changed_by: call.principal,
      changed_at: call.now.toISOString(),
    })
    .execute();
  call.changed("crm_deal", deal.id, version);
}
