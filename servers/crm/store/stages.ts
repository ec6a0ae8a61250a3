import { RingmainError } from "../../../src/core/errors.ts";
import type { CrmContext } from "./context.ts";
import type { StageRow } from "./tables.ts";

/** The stages of a pipeline, in their order. */
export async function listStages({ db }: CrmContext, pipelineId: string): Promise<StageRow[]> {
  return db
    .selectFrom("crm_stage")
    .selectAll()
    .where("pipeline_id", "=", pipelineId)
    .orderBy("position")
    .execute();
}

/** The pipeline with this id, or the first one. Throws NOT_FOUND with the ids that exist. */
export async function findPipeline({ db }: CrmContext, id: string | undefined) {
  const pipelines = await db.selectFrom("crm_pipeline").selectAll().orderBy("position").execute();
  const pipeline = id === undefined ? pipelines[0] : pipelines.find((candidate) => candidate.id === id);
  if (pipeline) return pipeline;
  throw new RingmainError("NOT_FOUND", `There is no pipeline "${id ?? ""}".`, {
    hint: `Pipelines: ${pipelines.map((known) => known.id).join(", ")}.`,
  });
}

/** The stage with this key. Throws INPUT_INVALID with the stages that exist; none is ever put in its place. */
export function findStage(stages: readonly StageRow[], key: string): StageRow {
  const stage = stages.find((candidate) => candidate.stage === key);
  if (stage) return stage;
  throw new RingmainError("INPUT_INVALID", `There is no stage "${key}" to choose here.`, {
    hint: `Stages: ${stages.map((known) => known.stage).join(", ")}.`,
  });
}

/** The keys of the stages to which a deal may move from one stage, in the pipeline's order. */
export async function allowedStages(
  { db }: CrmContext,
  pipelineId: string,
  fromStage: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom("crm_stage_transition as transition")
    .innerJoin("crm_stage as stage", (join) =>
      join
        .onRef("stage.pipeline_id", "=", "transition.pipeline_id")
        .onRef("stage.stage", "=", "transition.to_stage"),
    )
    .select("transition.to_stage")
    .where("transition.pipeline_id", "=", pipelineId)
    .where("transition.from_stage", "=", fromStage)
    .orderBy("stage.position")
    .execute();
  return rows.map((row) => row.to_stage);
}
