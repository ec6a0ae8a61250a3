import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { definition } from "../../../../servers/crm/definition.ts";
import { refusal, salesTeam, withDeal } from "./sales-team.ts";

const eur = (minor: number) => ({ minor, currency: "EUR" });
const line = (quantity: number, unit_price: { minor: number; currency: string }) => ({
  sku: "ROPE-12",
  description: "Mooring rope",
  quantity,
  unit_price,
});

describe("create_deal", () => {
  test("is worth the sum of its lines and gives them back unchanged", async () => {
    const { crm } = await salesTeam();
    await crm.call("upsert_company", { name: "Clyde Workboats", domain: "clyde.example" });
    const lines = [line(4, eur(42_000)), line(3, eur(26_000)), line(1, eur(-1_000))];
    const created = await crm.call("create_deal", { name: "Refit", company_id: "COMP-0001", lines });
    expect(created).toMatchObject({
      ref: "DEAL-0001",
      stage: "new",
      status: "open",
      amount: eur(245_000),
      version: 1,
      created: true,
    });
    expect(crm.changes()).toEqual([{ table: "crm_deal", id: created.id, version: 1 }]);
    const { created: _created, ...record } = created;
    expect(await crm.call("get_deal", { id: created.id })).toEqual(record);
    expect(record.lines).toEqual(lines);
  });

  test("returns the open deal that is there already; once it is closed, another one is new", async () => {
    const { crm } = await salesTeam();
    const { deal, company } = await withDeal(crm);
    const same = { name: "FENDERS", company_id: company.id, amount: eur(1) };
    expect(await crm.call("create_deal", same)).toMatchObject({
      id: deal.id,
      duplicate_of: "DEAL-0001",
      created: false,
    });
    await crm.call("move_deal_stage", { id: deal.id, stage: "lost", reason: "Cheaper elsewhere" });
    expect(await crm.call("create_deal", same)).toMatchObject({ ref: "DEAL-0002", created: true });
  });

  test.each([
    [{}, "INPUT_INVALID", "either lines or an amount"],
    [{ amount: eur(1), lines: [line(1, eur(1))] }, "INPUT_INVALID", "either lines or an amount"],
    [{ lines: [line(1, eur(1)), line(1, { minor: 1, currency: "USD" })] }, "INPUT_INVALID", "one currency"],
    [{ lines: [line(1, eur(-1))] }, "INPUT_INVALID", "cannot be -1"],
    [{ lines: [line(1_000_000_000, eur(9_007_199_254_740_991))] }, "INPUT_INVALID", "cannot be 900719"],
    [{ amount: eur(1), company_id: "COMP-0404" }, "NOT_FOUND", "no company"],
    [{ amount: eur(1), contact_id: "CONT-0404" }, "NOT_FOUND", "no contact"],
    [{ amount: { minor: 1, currency: "XXZ" } }, "INPUT_INVALID", '"XXZ" is no currency of ISO 4217'],
    [{ amount: eur(1), stage: "won" }, "INPUT_INVALID", 'no stage "won"'],
    [{ amount: eur(1), pipeline_id: "nope" }, "NOT_FOUND", 'no pipeline "nope"'],
    [{ amount: eur(1), owner_id: "usr_x" }, "NOT_FOUND", 'no owner "usr_x"'],
  ])("refuses %j", async (args, code, message) => {
    const { crm } = await salesTeam();
    await crm.call("upsert_company", { name: "Clyde Workboats", domain: "clyde.example" });
    const error = await refusal(crm.call("create_deal", { name: "D", company_id: "COMP-0001", ...args }));
    expect(error).toMatchObject({
      code,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
    expect(crm.database.prepare("SELECT 1 FROM crm_deal").all()).toEqual([]);
  });

  test("refuses a contact of another company", async () => {
    const { crm } = await salesTeam();
    await crm.call("upsert_company", { name: "Clyde Workboats", domain: "clyde.example" });
    await crm.call("create_lead", { company_name: "Other", contact_name: "Jo" });
    const error = await refusal(
      crm.call("create_deal", {
        name: "D",
        company_id: "COMP-0001",
        contact_id: "CONT-0001",
        amount: eur(1),
      }),
    );
    expect(error).toMatchObject({ code: "INPUT_INVALID", hint: expect.stringContaining("search_records") });
  });
});

test("get_deal refuses a deal that has another status than the caller goes on with", async () => {
  const { crm } = await salesTeam();
  const { deal } = await withDeal(crm);
  expect(await refusal(crm.call("get_deal", { id: deal.id, expected_status: "won" }))).toMatchObject({
    code: "STATE_INVALID",
    message: "DEAL-0001 is open, not won.",
  });
  expect(await crm.call("get_deal", { id: deal.id, expected_status: "open" })).toMatchObject({
    ref: "DEAL-0001",
  });
});

describe("move_deal_stage", () => {
  test("moves along the pipeline, keeps the history and touches the company", async () => {
    const { crm } = await salesTeam();
    const { deal, company } = await withDeal(crm);
    crm.setNow("2026-11-05T10:00:00Z");
    await crm.call("move_deal_stage", { id: "DEAL-0001", stage: "proposal", expected_version: 1 });
    const won = await crm.call("move_deal_stage", { id: "DEAL-0001", stage: "won" });
    expect(won).toMatchObject({
      stage: "won",
      from_stage: "proposal",
      status: "won",
      closed_on: "2026-11-05",
      last_activity_on: "2026-11-05",
      version: 3,
    });
    expect(crm.changes()).toEqual([{ table: "crm_deal", id: deal.id, version: 3 }]);
    expect(
      crm.database
        .prepare("SELECT from_stage, to_stage, changed_by FROM crm_deal_stage_change ORDER BY id")
        .all(),
    ).toEqual([
      { from_stage: "new", to_stage: "proposal", changed_by: "user:test" },
      { from_stage: "proposal", to_stage: "won", changed_by: "user:test" },
    ]);
    const { record } = await crm.call("get_record", { type: "company", id: company.id });
    expect(record).toMatchObject({ last_activity_on: "2026-11-05", version: 2 });
  });

  test("names the allowed stages when it refuses, and changes nothing", async () => {
    const { crm } = await salesTeam();
    await withDeal(crm);
    const move = (args: Record<string, unknown>) =>
      refusal(crm.call("move_deal_stage", { id: "DEAL-0001", ...args }));
    const hint = "From new it may move to: qualified, proposal, lost.";
    expect(await move({ stage: "won" })).toMatchObject({ code: "STATE_INVALID", hint });
    expect(await move({ stage: "new" })).toMatchObject({ code: "STATE_INVALID", hint });
    expect(await move({ stage: "wonn" })).toMatchObject({
      code: "INPUT_INVALID",
      hint: "Stages: new, qualified, proposal, negotiation, won, lost.",
    });
    expect(await move({ stage: "lost" })).toMatchObject({
      code: "INPUT_INVALID",
      hint: expect.stringContaining("reason"),
    });
    const stale = await move({ stage: "proposal", expected_version: 7 });
    expect(stale).toMatchObject({ code: "CONFLICT", hint: expect.stringContaining('"stage":"new"') });
    expect((await crm.call("get_deal", { id: "DEAL-0001" })).version).toBe(1);
  });

  test("won and lost are final unless reopened on purpose", async () => {
    const { crm } = await salesTeam();
    const { deal } = await withDeal(crm);
    const move = { id: deal.id };
    await crm.call("move_deal_stage", { ...move, stage: "lost", reason: "Cheaper elsewhere" });
    expect(await refusal(crm.call("move_deal_stage", { ...move, stage: "negotiation" }))).toMatchObject({
      code: "STATE_INVALID",
      hint: expect.stringContaining("reopen: true"),
    });
    const reopened = await crm.call("move_deal_stage", { ...move, stage: "negotiation", reopen: true });
    expect(reopened).toMatchObject({ status: "open", from_stage: "lost" });
    expect([reopened.lost_reason, reopened.closed_on]).toEqual([undefined, undefined]);
  });

  test("random moves never leave the allowed transitions, and every move counts one version", async () => {
    const { crm } = await salesTeam();
    const { company } = await withDeal(crm);
    const transitions = new Set(
      crm.database
        .prepare("SELECT from_stage, to_stage FROM crm_stage_transition")
        .all()
        .map((row) => `${row.from_stage} ${row.to_stage}`),
    );
    const stage = fc.constantFrom("new", "qualified", "proposal", "negotiation", "won", "lost");
    const moves = fc.array(fc.record({ stage, reopen: fc.boolean(), reason: fc.constant("why") }), {
      maxLength: 12,
    });
    let name = 0;
    await fc.assert(
      fc.asyncProperty(moves, async (attempts) => {
        name += 1;
        const deal = await crm.call("create_deal", {
          name: `Deal ${name}`,
          company_id: company.id,
          amount: eur(100),
        });
        let [at, version] = ["new", 1];
        for (const attempt of attempts) {
          const closed = at === "won" || at === "lost";
          const allowed = transitions.has(`${at} ${attempt.stage}`) && (!closed || attempt.reopen);
          const call = crm.call("move_deal_stage", { id: deal.id, ...attempt });
          if (!allowed) {
            expect((await refusal(call)).code).toBe("STATE_INVALID");
            continue;
          }
          [at, version] = [attempt.stage, version + 1];
          expect(await call).toMatchObject({ stage: at, version });
        }
      }),
      { numRuns: 40 },
    );
  });

  test("tells policies the amount, the stages and the owner", async () => {
    const { crm } = await salesTeam();
    const { company, deal } = await withDeal(crm);
    const tool = definition.tools.find((candidate) => candidate.name === "move_deal_stage");
    const input = tool?.input.parse({ id: "DEAL-0001", stage: "proposal" }) ?? {};
    expect(await tool?.resource?.(input, crm.contextNow())).toEqual({
      stage: "new",
      to_stage: "proposal",
      status: "open",
      amount: { minor: 250_000, currency: "GBP" },
      owner_id: Reflect.get(Object(deal.owner), "id"),
      company_id: company.id,
    });
  });
});

describe("pipeline_report", () => {
  test("counts and sums per stage and currency, and weighs open deals half up", async () => {
    const { crm, nina, tomas } = await salesTeam();
    const { company } = await withDeal(crm);
    const add = (name: string, stage: string, amount: unknown, owner_id: string) =>
      crm.call("create_deal", { name, stage, company_id: company.id, amount, owner_id });
    await add("A", "qualified", eur(1_002), nina);
    await add("B", "qualified", eur(2_000), tomas);
    await add("C", "proposal", eur(3), nina);
    await crm.call("move_deal_stage", { id: "DEAL-0004", stage: "won" });
    const report = await crm.call("pipeline_report");
    expect(report).toMatchObject({ pipeline: { id: "sales" }, as_of: "2026-11-02" });
    expect(report.stages).toMatchObject([
      { stage: "new", deals: 1, amounts: [{ amount: { minor: 250_000, currency: "GBP" }, deals: 1 }] },
      { stage: "qualified", deals: 2, amounts: [{ amount: eur(3_002), deals: 2 }] },
      { stage: "proposal", deals: 0, amounts: [], allowed_next: ["qualified", "negotiation", "won", "lost"] },
      { stage: "negotiation", deals: 0 },
      { stage: "won", deals: 1, amounts: [{ amount: eur(3), deals: 1 }] },
      { stage: "lost", deals: 0 },
    ]);
    expect(report.open).toEqual([
      { amount: { minor: 250_000, currency: "GBP" }, weighted: { minor: 25_000, currency: "GBP" }, deals: 1 },
      { amount: eur(3_002), weighted: eur(751), deals: 2 },
    ]);
    const own = await crm.call("pipeline_report", { owner_id: tomas, closed_since: "2026-11-03" });
    expect(own.open).toMatchObject([{ amount: eur(2_000), deals: 1 }]);
    const later = await crm.call("pipeline_report", { closed_since: "2026-11-03" });
    expect(later.stages).toMatchObject([{}, {}, {}, {}, { stage: "won", deals: 0 }, {}]);
  });
});
