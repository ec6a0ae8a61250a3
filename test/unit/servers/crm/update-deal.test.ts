import { describe, expect, test } from "vitest";
import { refusal, salesTeam, withDeal } from "./sales-team.ts";

const gbp = (minor: number) => ({ minor, currency: "GBP" });
const rope = { sku: "ROPE-12", description: "Rope", quantity: 2, unit_price: gbp(500) };

describe("update_deal", () => {
  test("changes what is passed and nothing else; lines make the amount", async () => {
    const { crm, tomas } = await salesTeam();
    const { deal } = await withDeal(crm);
    await crm.call("upsert_contact", { name: "Jo", email: "jo@clyde.example" });
    const changed = await crm.call("update_deal", {
      id: "DEAL-0001",
      contact_id: "CONT-0001",
      owner_id: tomas,
      lines: [rope],
      expected_close_on: "2026-12-01",
      expected_version: 1,
    });
    expect(changed).toMatchObject({
      name: "Fenders",
      contact: { name: "Jo" },
      owner: { id: tomas },
      amount: gbp(1000),
      lines: [rope],
      expected_close_on: "2026-12-01",
      version: 2,
    });
    expect(crm.changes()).toEqual([{ table: "crm_deal", id: deal.id, version: 2 }]);
    expect(await crm.call("update_deal", { id: deal.id, lines: [rope] })).toMatchObject({ version: 2 });
    expect(crm.changes()).toEqual([]);
    const bare = await crm.call("update_deal", {
      id: deal.id,
      clear: ["lines", "contact_id", "expected_close_on"],
    });
    expect(bare).toMatchObject({ amount: gbp(1000), lines: [], version: 3 });
    expect([bare.contact, bare.expected_close_on]).toEqual([undefined, undefined]);
    const renamed = await crm.call("update_deal", { id: deal.id, name: "Bollards", amount: gbp(7) });
    expect(renamed).toMatchObject({ name: "Bollards", amount: gbp(7), version: 4 });
    const { items } = await crm.call("search_records", { type: "deal", query: "bollards" });
    expect(items).toHaveLength(1);
  });

  test("refuses, with the remedy, and changes nothing", async () => {
    const { crm } = await salesTeam();
    const { company } = await withDeal(crm);
    await crm.call("create_deal", { name: "Ropes", company_id: company.id, lines: [rope] });
    await crm.call("upsert_contact", { name: "Stranger", email: "s@gmail.com" });
    const update = (args: Record<string, unknown>) =>
      refusal(crm.call("update_deal", { id: "DEAL-0002", ...args }));
    expect(await update({ amount: gbp(1) })).toMatchObject({
      code: "INPUT_INVALID",
      hint: expect.stringContaining("clear"),
    });
    expect(await update({ name: "fenders" })).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("DEAL-0001"),
    });
    expect(await update({ contact_id: "CONT-0001" })).toMatchObject({ code: "INPUT_INVALID" });
    expect(await update({ lines: [rope], clear: ["lines"] })).toMatchObject({ code: "INPUT_INVALID" });
    expect(await update({ lines: [rope], amount: gbp(1) })).toMatchObject({ code: "INPUT_INVALID" });
    const stale = await update({ name: "X", expected_version: 9 });
    expect(stale).toMatchObject({ code: "CONFLICT", hint: expect.stringContaining('"name":"Ropes"') });
    expect(await crm.call("get_deal", { id: "DEAL-0002" })).toMatchObject({ name: "Ropes", version: 1 });
  });

  test("what a closed deal is worth stays, the rest may change", async () => {
    const { crm } = await salesTeam();
    const { deal } = await withDeal(crm);
    await crm.call("move_deal_stage", { id: deal.id, stage: "lost", reason: "Price" });
    expect(await refusal(crm.call("update_deal", { id: deal.id, amount: gbp(1) }))).toMatchObject({
      code: "STATE_INVALID",
      hint: expect.stringContaining("reopen"),
    });
    expect(await crm.call("update_deal", { id: deal.id, name: "Fenders, berth 4" })).toMatchObject({
      version: 3,
    });
  });
});

describe("qualify_lead", () => {
  const lead = { company_name: "Douro", contact_name: "Maria", email: "m@douro.example", name: "Rope" };

  test("opens one deal for the lead, however often it is called", async () => {
    const { crm } = await salesTeam();
    const made = await crm.call("create_lead", lead);
    const qualify = { id: "LEAD-0001", deal: { amount: gbp(100) } };
    const first = await crm.call("qualify_lead", { ...qualify, expected_version: 1 });
    expect(first).toMatchObject({
      lead: { status: "qualified", version: 2 },
      deal: {
        ref: "DEAL-0001",
        name: "Rope",
        lead: { id: made.id },
        company: made.company,
        contact: made.contact,
        owner: made.owner,
        stage: "new",
      },
    });
    expect(first.duplicate_of).toBeUndefined();
    const again = await crm.call("qualify_lead", qualify);
    expect(again).toMatchObject({
      deal: { id: Reflect.get(Object(first.deal), "id") },
      duplicate_of: "DEAL-0001",
    });
    expect(crm.changes()).toEqual([]);
    const { related } = await crm.call("get_record", { type: "lead", id: "LEAD-0001" });
    expect(related).toMatchObject([{ type: "deal", ref: "DEAL-0001" }]);
  });

  test("takes the open deal of the same name for the lead's", async () => {
    const { crm } = await salesTeam();
    await crm.call("create_lead", lead);
    await crm.call("create_deal", { name: "ROPE", company_id: "COMP-0001", amount: gbp(5) });
    const answer = await crm.call("qualify_lead", { id: "LEAD-0001", deal: { amount: gbp(100) } });
    expect(answer).toMatchObject({
      duplicate_of: "DEAL-0001",
      deal: { amount: gbp(5), lead: { name: "Rope" } },
    });
  });

  test("closing needs a reason; closed leads are opened again on purpose only", async () => {
    const { crm } = await salesTeam();
    await crm.call("create_lead", lead);
    const call = (args: Record<string, unknown>) => crm.call("qualify_lead", { id: "LEAD-0001", ...args });
    expect(await refusal(call({ outcome: "closed" }))).toMatchObject({
      code: "INPUT_INVALID",
      hint: expect.stringContaining("reason"),
    });
    expect(await call({ outcome: "closed", reason: "No budget" })).toMatchObject({
      lead: { status: "closed", closed_reason: "No budget", version: 2 },
    });
    expect(await refusal(call({}))).toMatchObject({
      code: "STATE_INVALID",
      message: "LEAD-0001 is closed and cannot become qualified.",
      hint: "From closed it may become: open.",
    });
    const opened = await call({ outcome: "open" });
    expect(opened).toMatchObject({ lead: { status: "open", version: 3 } });
    expect(Reflect.get(Object(opened.lead), "closed_reason")).toBeUndefined();
    expect(await refusal(call({ outcome: "closed", reason: "R", deal: { amount: gbp(1) } }))).toMatchObject({
      code: "INPUT_INVALID",
    });
    expect((await refusal(call({ deal: {} }))).message).toContain("either lines or an amount");
    expect(await crm.call("get_record", { type: "lead", id: "LEAD-0001" })).toMatchObject({
      record: { status: "open" },
    });
  });
});
