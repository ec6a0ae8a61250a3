import type { z } from "zod";
import type { stageMove } from "../records.ts";
import type { CrmContext } from "./context.ts";

/** The moves of a deal from stage to stage, the oldest first, with those of deals that were merged into it. */
export async function stageHistory({ db }: CrmContext, dealId: string): Promise<z.input<typeof stageMove>[]> {
  const rows = await db
    .selectFrom("crm_deal_stage_change")
    .select(["from_stage", "to_stage", "reason", "changed_by", "changed_at", "merged_from"])
    .where("deal_id", "=", dealId)
    .orderBy("changed_at")
    .orderBy("id")
    .execute();
  return rows.map(({ reason, merged_from, ...move }) => ({
    ...move,
    reason: reason ?? undefined,
    merged_from: merged_from ?? undefined,
  }));
}
