import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { everyPage } from "./every-page.ts";
import { refusal, salesTeam, smallPipeline, withDeal } from "./sales-team.ts";

const pipelines = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      version: z.int(),
      stages: z.array(
        z.object({
          stage: z.string(),
          name: z.string(),
          status: z.enum(["open", "won", "lost"]),
          probability_percent: z.int(),
          allowed_next: z.array(z.string()),
        }),
      ),
    }),
  ),
});

async function salesPipeline(crm: Awaited<ReturnType<typeof salesTeam>>["crm"]) {
  const [sales] = pipelines.parse(await crm.call("list_pipelines")).items;
  if (sales === undefined) throw new Error("there is no pipeline");
  return sales;
}

describe("pipelines", () => {
  test("what list_pipelines gives, upsert_pipeline takes back unchanged", async () => {
    const { crm } = await salesTeam();
    const { version, ...sales } = await salesPipeline(crm);
    expect(sales.stages.map(({ stage, status }) => [stage, status])).toEqual([
      ["new", "open"],
      ["qualified", "open"],
      ["proposal", "open"],
      ["negotiation", "open"],
      ["won", "won"],
      ["lost", "lost"],
    ]);
    const same = await crm.call("upsert_pipeline", { ...sales, expected_version: version });
    expect(same).toEqual({ ...sales, version, created: false });
    expect(crm.changes()).toEqual([]);
    await crm.call("upsert_pipeline", smallPipeline);
    const pages = await everyPage(crm, "list_pipelines", { limit: 1 });
    expect(pages.map(({ id }) => id)).toEqual(["sales", "renewals"]);
  });

  test("a new one has its own stages, and deals move along them only", async () => {
    const { crm } = await salesTeam();
    const { company } = await withDeal(crm);
    expect(await crm.call("upsert_pipeline", smallPipeline)).toEqual({
      ...smallPipeline,
      version: 1,
      created: true,
    });
    expect(crm.changes()).toEqual([{ table: "crm_pipeline", id: "renewals", version: 1 }]);
    const deal = { name: "Renewal", company_id: company.id, amount: { minor: 1, currency: "EUR" } };
    expect(await crm.call("create_deal", { ...deal, pipeline_id: "renewals" })).toMatchObject({
      pipeline_id: "renewals",
      stage: "due",
    });
    expect(await refusal(crm.call("move_deal_stage", { id: "DEAL-0002", stage: "proposal" }))).toMatchObject({
      hint: "Stages: due, won, lost.",
    });
    await crm.call("move_deal_stage", { id: "DEAL-0002", stage: "won" });
    expect(
      await refusal(crm.call("move_deal_stage", { id: "DEAL-0002", stage: "due", reopen: true })),
    ).toMatchObject({
      code: "STATE_INVALID",
      message: "DEAL-0002 cannot move from won to due.",
    });
    expect(await crm.call("pipeline_report", { pipeline_id: "renewals" })).toMatchObject({
      stages: [{ stage: "due", deals: 0 }, { stage: "won", deals: 1 }, { stage: "lost" }],
    });
  });

  test("a stage can be added and renamed; one with deals can neither go nor change its status", async () => {
    const { crm } = await salesTeam();
    await withDeal(crm);
    const { version, stages, ...sales } = await salesPipeline(crm);
    const [first, ...others] = stages;
    if (first === undefined) throw new Error("the pipeline has no stage");
    const visit = { ...first, stage: "site_visit", name: "Site visit", allowed_next: ["proposal", "lost"] };
    const changed = await crm.call("upsert_pipeline", {
      ...sales,
      stages: [{ ...first, name: "Fresh", allowed_next: ["site_visit", "lost"] }, visit, ...others],
      expected_version: version,
    });
    expect(changed).toMatchObject({ version: version + 1, created: false });
    await crm.call("move_deal_stage", { id: "DEAL-0001", stage: "site_visit" });
    expect(await refusal(crm.call("upsert_pipeline", { ...sales, stages }))).toMatchObject({
      code: "STATE_INVALID",
      message: "site_visit cannot go: 1 deals are in it.",
      hint: expect.stringContaining("move_deal_stage"),
    });
    await crm.call("move_deal_stage", { id: "DEAL-0001", stage: "lost", reason: "R" });
    await crm.call("upsert_pipeline", { ...sales, stages });
    const stale = await refusal(crm.call("upsert_pipeline", { ...sales, stages, expected_version: 1 }));
    expect(stale).toMatchObject({ code: "CONFLICT", hint: expect.stringContaining('"stages"') });
  });

  const [due, won, lost] = smallPipeline.stages;
  test.each([
    [[due, due, won, lost], "twice"],
    [[due, due && { ...due, stage: "x" }, won], "no stage of status lost"],
    [[due && { ...due, allowed_next: ["won", "gone"] }, won, lost], 'leads to "gone"'],
    [[due && { ...due, allowed_next: ["due", "won", "lost"] }, won, lost], "leads to itself"],
    [[due && { ...due, allowed_next: ["won"] }, won, lost], "cannot become both won and lost"],
    [[due, won && { ...won, probability_percent: 90 }, lost], "probability is 100"],
    [[due, won && { ...won, allowed_next: ["lost"] }, lost], "won and leads to lost"],
  ])("refuses %j", async (stages, message) => {
    const { crm } = await salesTeam();
    const error = await refusal(crm.call("upsert_pipeline", { ...smallPipeline, stages }));
    expect(error).toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining(message) });
    expect((await salesPipeline(crm)).id).toBe("sales");
  });
});

test("in any pipeline that is accepted, random moves keep to its transitions and only reopen leaves an end", async () => {
  const keys = ["a", "b", "c", "won", "lost"] as const;
  const next = fc.subarray([...keys]);
  const graph = fc.tuple(next, next, next, next, next);
  const move = fc.record({
    stage: fc.constantFrom(...keys),
    reopen: fc.boolean(),
    reason: fc.option(fc.constant("R")),
  });
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(graph, fc.array(move, { maxLength: 12 }), async (edges, moves) => {
      const { crm } = await salesTeam();
      const company = await crm.call("upsert_company", { name: "Clyde", domain: "clyde.example" });
      const stages = keys.map((stage, index) => {
        const status = stage === "won" || stage === "lost" ? stage : "open";
        const open = (key: string) => status === "open" || (key !== "won" && key !== "lost");
        return {
          stage,
          name: stage,
          status,
          probability_percent: { open: 50, won: 100, lost: 0 }[status],
          allowed_next: (edges[index] ?? []).filter((key) => key !== stage && open(key)),
        };
      });
      const made = await crm.call("upsert_pipeline", { id: "p", name: "P", stages }).catch(() => undefined);
      if (made === undefined) return;
      accepted += 1;
      const amount = { minor: 1, currency: "EUR" };
      await crm.call("create_deal", { name: "D", company_id: company.id, pipeline_id: "p", amount });
      let stage = "a";
      let version = 1;
      for (const { reason, ...wanted } of moves) {
        const from = stages.find((one) => one.stage === stage);
        const allowed =
          from?.allowed_next.includes(wanted.stage) &&
          (from.status === "open" || wanted.reopen) &&
          (wanted.stage !== "lost" || reason !== null);
        const call = crm.call("move_deal_stage", { id: "DEAL-0001", ...wanted, ...(reason && { reason }) });
        if (!allowed) {
          expect(["STATE_INVALID", "INPUT_INVALID"]).toContain((await refusal(call)).code);
          continue;
        }
        version += 1;
        expect(await call).toMatchObject({ from_stage: stage, stage: wanted.stage, version });
        stage = wanted.stage;
      }
      const { stage_history } = await crm.call("get_record", { type: "deal", id: "DEAL-0001" });
      expect(stage_history).toHaveLength(version - 1);
    }),
    { numRuns: 80 },
  );
  expect(accepted).toBeGreaterThan(5);
});
