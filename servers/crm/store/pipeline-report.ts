import type { CrmContext } from "./context.ts";
import { listStages } from "./stages.ts";

interface CurrencySum {
  stage: string;
  currency: string;
  deals: number;
  minor: number;
}

/** Counts and sums the deals of a pipeline per stage and currency. Three queries, however many stages. */
export async function reportStages(
  call: CrmContext,
  filter: { pipelineId: string; ownerId?: string | undefined; closedSince?: string | undefined },
) {
  const stages = await listStages(call, filter.pipelineId);
  const sums = await sumDeals(call, filter);
  const transitions = await call.db
    .selectFrom("crm_stage_transition")
    .selectAll()
    .where("pipeline_id", "=", filter.pipelineId)
    .execute();

  const open = new Map<string, { minor: number; weighted: number; deals: number }>();
  for (const { stage, status, probability_percent } of stages) {
    if (status !== "open") continue;
    for (const { currency, minor, deals } of sums.filter((sum) => sum.stage === stage)) {
      const total = open.get(currency) ?? { minor: 0, weighted: 0, deals: 0 };
      open.set(currency, {
        minor: total.minor + minor,
        weighted: total.weighted + weigh(minor, probability_percent),
        deals: total.deals + deals,
      });
    }
  }

  return {
    stages: stages.map(({ stage, name, status, probability_percent }) => {
      const own = sums.filter((sum) => sum.stage === stage);
      const next = new Set(transitions.filter((row) => row.from_stage === stage).map((row) => row.to_stage));
      return {
        stage,
        name,
        status,
        probability_percent,
        allowed_next: stages.filter((other) => next.has(other.stage)).map((other) => other.stage),
        deals: own.reduce((count, { deals }) => count + deals, 0),
        amounts: own.map(({ currency, minor, deals }) => ({ amount: { minor, currency }, deals })),
      };
    }),
    open: [...open].map(([currency, { minor, weighted, deals }]) => ({
      amount: { minor, currency },
      weighted: { minor: weighted, currency },
      deals,
    })),
  };
}

/** An amount times a probability, rounded half up to the minor unit, in integers throughout. */
function weigh(minor: number, percent: number): number {
  return Number((BigInt(minor) * BigInt(percent) + 50n) / 100n);
}

async function sumDeals(
  { db }: CrmContext,
  filter: { pipelineId: string; ownerId?: string | undefined; closedSince?: string | undefined },
): Promise<CurrencySum[]> {
  let query = db
    .selectFrom("crm_deal")
    .select((eb) => [
      "stage",
      "currency",
      eb.fn.countAll<number>().as("deals"),
      eb.fn.sum<number>("amount_minor").as("minor"),
    ])
    .where("pipeline_id", "=", filter.pipelineId)
    .groupBy(["stage", "currency"])
    .orderBy("currency");
  const { ownerId, closedSince } = filter;
  if (ownerId !== undefined) query = query.where("owner_id", "=", ownerId);
  if (closedSince !== undefined) {
    query = query.where((eb) => eb.or([eb("status", "=", "open"), eb("closed_on", ">=", closedSince)]));
  }
  return query.execute();
}
