import { describe, expect, test } from "vitest";
import { refusal, salesTeam, withDeal } from "./sales-team.ts";

/** Two companies that are one: Clyde with a deal, and the one that a lead made, with its contact and a task. */
async function twins() {
  const team = await salesTeam();
  const { crm, nina } = team;
  await withDeal(crm);
  await crm.call("create_lead", {
    company_name: "Clyde Workboats Ltd",
    contact_name: "Jo",
    email: "jo@clyde-boats.example",
  });
  await crm.call("upsert_company", {
    domain: "clyde-boats.example",
    external_id: "K-2",
    city: "Greenock",
    phone: "1",
  });
  await crm.call("log_activity", { about: "COMP-0002", kind: "call", summary: "Called." });
  await crm.call("create_task", {
    about: "COMP-0002",
    assignee_id: nina,
    title: "Call",
    due_on: "2026-11-02",
  });
  return team;
}

const merge = { type: "company", survivor_id: "COMP-0001", duplicate_id: "COMP-0002" };

describe("merge_records", () => {
  test("moves everything, fills what is missing and says so", async () => {
    const { crm } = await twins();
    const merged = await crm.call("merge_records", { ...merge, reason: "Same VAT number" });
    expect(merged).toMatchObject({
      record: {
        type: "company",
        ref: "COMP-0001",
        name: "Clyde Workboats",
        domain: "clyde.example",
        external_id: "K-2",
        city: "Greenock",
        phone: "1",
        version: 2,
      },
      already_merged: false,
      moved: { contacts: 1, leads: 1, deals: 0, activities: 1, tasks: 1 },
      filled: ["external_id", "city", "phone"],
      possible_duplicates: [],
    });
    expect(crm.changes().map(({ table, version }) => [table, version])).toEqual([
      ["crm_contact", 2],
      ["crm_lead", 2],
      ["crm_activity", 2],
      ["crm_task", 2],
      ["crm_merge", 1],
      ["crm_company", 0],
      ["crm_company", 2],
    ]);
    const read = await crm.call("get_record", { type: "company", id: "COMP-0001" });
    expect(read).toMatchObject({
      activities: [{ summary: "Called." }],
      open_tasks: [{ title: "Call", about: { ref: "COMP-0001" } }],
      related: [{ ref: "CONT-0001" }, { ref: "LEAD-0001" }, { ref: "DEAL-0001" }],
      merged_from: [
        { ref: "COMP-0002", name: "Clyde Workboats Ltd", reason: "Same VAT number", merged_by: "user:test" },
      ],
      further_keys: [{ kind: "domain", value: "clyde-boats.example" }],
    });
    const [row] = crm.database.prepare("SELECT snapshot FROM crm_merge").all();
    expect(JSON.parse(String(row?.snapshot))).toMatchObject({
      ref: "COMP-0002",
      domain: "clyde-boats.example",
    });
  });

  test("old ids, refs, domains and words lead to the survivor, and reads say so", async () => {
    const { crm } = await twins();
    const { id: oldId } = await crm.call("upsert_company", { domain: "clyde-boats.example" });
    await crm.call("merge_records", merge);
    for (const id of [oldId, "COMP-0002"]) {
      expect(await crm.call("get_record", { type: "company", id })).toMatchObject({
        record: { ref: "COMP-0001" },
        redirected_from: { id: oldId, ref: "COMP-0002", name: "Clyde Workboats Ltd" },
      });
    }
    const same = await crm.call("upsert_company", {
      name: "Clyde Workboats",
      domain: "www.clyde-boats.example",
    });
    expect(same).toMatchObject({ ref: "COMP-0001", domain: "clyde.example", created: false, version: 2 });
    expect(crm.changes()).toEqual([]);
    const lead = await crm.call("create_lead", {
      company_name: "?",
      contact_name: "Al",
      email: "al@clyde-boats.example",
    });
    expect(lead.company).toMatchObject({ name: "Clyde Workboats" });
    const found = await crm.call("search_records", { type: "company", query: "comp-0002 ltd" });
    expect(found.items).toMatchObject([{ ref: "COMP-0001" }]);
    const moved = await crm.call("upsert_company", { id: "COMP-0001", domain: "clyde-boats.example" });
    expect(moved).toMatchObject({ domain: "clyde-boats.example" });
    expect(await crm.call("upsert_company", { domain: "clyde.example" })).toMatchObject({ ref: "COMP-0001" });
  });

  test("a merge repeated changes nothing, and chains lead to their end", async () => {
    const { crm } = await twins();
    await crm.call("upsert_company", { name: "Third", domain: "third.example" });
    await crm.call("merge_records", merge);
    expect(await crm.call("merge_records", merge)).toMatchObject({
      already_merged: true,
      record: { version: 2 },
    });
    expect(crm.changes()).toEqual([]);
    const swapped = { ...merge, survivor_id: "COMP-0002", duplicate_id: "COMP-0001" };
    expect(await refusal(crm.call("merge_records", swapped))).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("COMP-0002 was merged into COMP-0001"),
    });
    await crm.call("merge_records", { ...merge, survivor_id: "COMP-0003", duplicate_id: "COMP-0001" });
    expect(await crm.call("get_record", { type: "company", id: "COMP-0002" })).toMatchObject({
      record: { ref: "COMP-0003" },
      merged_from: [{ ref: "COMP-0002" }, { ref: "COMP-0001" }],
    });
  });

  test("contacts keep both addresses, and name the people who are called the same", async () => {
    const { crm } = await salesTeam();
    await crm.call("upsert_company", { name: "Clyde", domain: "clyde.example" });
    for (const email of ["jo@clyde.example", "J@clyde.example", "k@clyde.example"]) {
      await crm.call("upsert_contact", { name: "Jo", email });
    }
    await crm.call("create_lead", { company_name: "Clyde", contact_name: "Jo", email: "j@clyde.example" });
    const merged = await crm.call("merge_records", {
      type: "contact",
      survivor_id: "CONT-0001",
      duplicate_id: "CONT-0002",
    });
    expect(merged).toMatchObject({
      record: { email: "jo@clyde.example" },
      moved: { leads: 1 },
      possible_duplicates: [{ type: "contact", name: "Jo", refs: ["CONT-0001", "CONT-0003"] }],
    });
    expect(await crm.call("upsert_contact", { email: "J@Clyde.example" })).toMatchObject({
      ref: "CONT-0001",
      version: 2,
    });
    const swapped = await crm.call("upsert_contact", { id: "CONT-0001", email: "J@clyde.example" });
    expect(swapped).toMatchObject({ email: "J@clyde.example" });
    expect(await crm.call("upsert_contact", { email: "jo@clyde.example" })).toMatchObject({
      ref: "CONT-0001",
    });
  });

  test("deals keep the stage history of both, and the lines of the survivor", async () => {
    const { crm } = await salesTeam();
    const { company } = await withDeal(crm);
    const unit_price = { minor: 100, currency: "GBP" };
    const lines = [{ sku: "FEND-M", description: "Fender", quantity: 1, unit_price }];
    await crm.call("create_deal", {
      name: "Fender",
      company_id: company.id,
      lines,
      expected_close_on: "2026-12-01",
    });
    await crm.call("move_deal_stage", { id: "DEAL-0002", stage: "proposal" });
    const merged = await crm.call("merge_records", {
      type: "deal",
      survivor_id: "DEAL-0001",
      duplicate_id: "DEAL-0002",
    });
    expect(merged).toMatchObject({ filled: ["expected_close_on"], record: { lines: [], stage: "new" } });
    expect(await crm.call("get_record", { type: "deal", id: "DEAL-0002" })).toMatchObject({
      stage_history: [{ from_stage: "new", to_stage: "proposal", merged_from: "DEAL-0002" }],
    });
    expect(await crm.call("get_deal", { id: "DEAL-0002" })).toMatchObject({
      ref: "DEAL-0001",
      redirected_from: { ref: "DEAL-0002" },
    });
    const [row] = crm.database.prepare("SELECT snapshot FROM crm_merge").all();
    expect(JSON.parse(String(row?.snapshot))).toMatchObject({ lines: [{ sku: "FEND-M" }] });
    const won = await crm.call("move_deal_stage", { id: "DEAL-0002", stage: "proposal" });
    expect(won).toMatchObject({ ref: "DEAL-0001", redirected_from: { ref: "DEAL-0002" } });
  });

  test("refuses what would lose something, and changes nothing", async () => {
    const { crm } = await twins();
    const refused = (args: Record<string, unknown>) =>
      refusal(crm.call("merge_records", { ...merge, ...args }));
    expect(await refused({ duplicate_id: "COMP-0001" })).toMatchObject({ code: "INPUT_INVALID" });
    expect(await refused({ duplicate_id: "DEAL-0001" })).toMatchObject({ code: "INPUT_INVALID" });
    expect(await refused({ duplicate_id: "COMP-0404" })).toMatchObject({ code: "NOT_FOUND" });
    expect(await refused({ expected_version: 9 })).toMatchObject({ code: "CONFLICT" });
    expect(await refused({ duplicate_expected_version: 1 })).toMatchObject({
      code: "CONFLICT",
      hint: expect.stringContaining('"external_id":"K-2"'),
    });
    await crm.call("upsert_company", { id: "COMP-0001", status: "archived" });
    expect(await refused({})).toMatchObject({
      code: "STATE_INVALID",
      hint: expect.stringContaining("COMP-0002"),
    });

    const amount = { minor: 1, currency: "GBP" };
    await crm.call("create_deal", { name: "Won", company_id: "COMP-0001", amount, stage: "proposal" });
    await crm.call("move_deal_stage", { id: "DEAL-0002", stage: "won" });
    await crm.call("create_deal", { name: "Other", company_id: "COMP-0002", amount });
    const deals = { type: "deal", survivor_id: "DEAL-0001" };
    expect(await refused({ ...deals, duplicate_id: "DEAL-0002" })).toMatchObject({
      code: "STATE_INVALID",
      hint: "Make DEAL-0002 the survivor.",
    });
    expect(await refused({ ...deals, duplicate_id: "DEAL-0003" })).toMatchObject({
      code: "STATE_INVALID",
      message: expect.stringContaining("different companies"),
    });
    expect(crm.database.prepare("SELECT 1 FROM crm_merge").all()).toEqual([]);
  });
});
