import type { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import type { pipelineRecord } from "../records.ts";
import { type CrmContext, newRow } from "./context.ts";
import type { PipelineRow } from "./tables.ts";

export type PipelineView = z.input<typeof pipelineRecord>;

/** All pipelines with their stages and the moves between them, in their order. */
export async function listPipelines({ db }: Pick<CrmContext, "db">): Promise<PipelineView[]> {
  const pipelines = await db.selectFrom("crm_pipeline").selectAll().orderBy("position").execute();
  const stages = await db.selectFrom("crm_stage").selectAll().orderBy("position").execute();
  const transitions = await db.selectFrom("crm_stage_transition").selectAll().execute();
  return pipelines.map(({ id, name, version }) => {
    const own = stages.filter((stage) => stage.pipeline_id === id);
    const moves = new Set(
      transitions
        .filter((move) => move.pipeline_id === id)
        .map(({ from_stage, to_stage }) => `${from_stage} ${to_stage}`),
    );
    return {
      id,
      name,
      stages: own.map(({ stage, name, status, probability_percent }) => ({
        stage,
        name,
        status,
        probability_percent,
        allowed_next: own.map((next) => next.stage).filter((next) => moves.has(`${stage} ${next}`)),
      })),
      version,
    };
  });
}

/** One page of pipelines, in their order. */
export async function pipelinesPage(
  call: Pick<CrmContext, "db">,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) {
  const pipelines = await listPipelines(call);
  const [after] = decodeCursor("pipelines", cursor, 1);
  const start = pipelines.findIndex(({ id }) => id === after) + 1;
  const { rows, nextCursor } = pageOf("pipelines", pipelines.slice(start), limit, (row) => [row.id]);
  return { items: rows, next_cursor: nextCursor };
}

/** The row of a pipeline, when there is one of this id. */
export async function pipelineRow({ db }: CrmContext, id: string): Promise<PipelineRow | undefined> {
  return db.selectFrom("crm_pipeline").selectAll().where("id", "=", id).executeTakeFirst();
}

/**
 * Writes a whole pipeline, which must have passed `checkPipeline`. Throws STATE_INVALID when a stage that deals
 * are in would go, or would mean something else for them.
 */
export async function savePipeline(
  call: CrmContext,
  current: PipelineRow | undefined,
  pipeline: Omit<PipelineView, "version">,
): Promise<void> {
  const { db } = call;
  const { id, name, stages } = pipeline;
  const version = (current?.version ?? 0) + 1;
  if (current === undefined) {
    const { position } = await db
      .selectFrom("crm_pipeline")
      .select((eb) => eb(eb.fn.coalesce(eb.fn.max("position"), eb.val(0)), "+", 1).as("position"))
      .executeTakeFirstOrThrow();
    await db
      .insertInto("crm_pipeline")
      .values({ id, name, position, ...newRow(call) })
      .execute();
  } else {
    await refuseForDeals(call, id, stages);
    const updated_at = call.now.toISOString();
    await db.updateTable("crm_pipeline").set({ name, version, updated_at }).where("id", "=", id).execute();
    await db.deleteFrom("crm_stage_transition").where("pipeline_id", "=", id).execute();
    const keys = stages.map(({ stage }) => stage);
    await db.deleteFrom("crm_stage").where("pipeline_id", "=", id).where("stage", "not in", keys).execute();
  }
  const rows = stages.map(({ allowed_next: _next, ...stage }, index) => ({
    ...stage,
    pipeline_id: id,
    position: index + 1,
  }));
  await db
    .insertInto("crm_stage")
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(["pipeline_id", "stage"]).doUpdateSet((eb) => ({
        name: eb.ref("excluded.name"),
        position: eb.ref("excluded.position"),
        status: eb.ref("excluded.status"),
        probability_percent: eb.ref("excluded.probability_percent"),
      })),
    )
    .execute();
  const moves = stages.flatMap(({ stage, allowed_next }) =>
    allowed_next.map((next) => ({ pipeline_id: id, from_stage: stage, to_stage: next })),
  );
  await db.insertInto("crm_stage_transition").values(moves).execute();
  call.changed("crm_pipeline", id, version);
}

async function refuseForDeals(
  { db }: CrmContext,
  pipelineId: string,
  stages: PipelineView["stages"],
): Promise<void> {
  const used = await db
    .selectFrom("crm_deal")
    .select((eb) => ["stage", "status", eb.fn.countAll<number>().as("deals")])
    .where("pipeline_id", "=", pipelineId)
    .groupBy(["stage", "status"])
    .execute();
  for (const { stage, status, deals } of used) {
    const next = stages.find((candidate) => candidate.stage === stage);
    if (next?.status === status) continue;
    const what = next === undefined ? "cannot go" : `cannot become a stage of status ${next.status}`;
    throw new RingmainError("STATE_INVALID", `${stage} ${what}: ${deals} deals are in it.`, {
      hint: `Move them with move_deal_stage first; search_records with type deal and stage ["${stage}"] lists them.`,
    });
  }
}
