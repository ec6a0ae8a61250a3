import { describe, expect, test } from "vitest";
import { everyPage } from "./every-page.ts";
import { refusal, salesTeam, withDeal } from "./sales-team.ts";

describe("create_task", () => {
  test("is about any record, by reference or id", async () => {
    const { crm, nina } = await salesTeam();
    const { deal, company } = await withDeal(crm);
    const task = await crm.call("create_task", {
      about: "DEAL-0001",
      assignee_id: nina,
      title: "Send the offer",
      due_on: "2026-11-03",
    });
    expect(task).toMatchObject({
      ref: "TASK-0001",
      about: { type: "deal", id: deal.id, ref: "DEAL-0001", name: "Fenders" },
      assignee: { id: nina, name: "Nina Vogel" },
      status: "open",
      due_on: "2026-11-03",
      version: 1,
    });
    expect(crm.changes()).toEqual([{ table: "crm_task", id: task.id, version: 1 }]);
    const other = await crm.call("create_task", { about: company.id, assignee_id: nina, title: "Call" });
    expect(other).toMatchObject({ about: { type: "company", ref: "COMP-0001" } });
    expect(other.due_on).toBeUndefined();
  });

  test("returns the open task that says the same; once it is done, another one is new", async () => {
    const { crm, nina, tomas } = await salesTeam();
    await withDeal(crm);
    const task = { about: "DEAL-0001", assignee_id: nina, title: "Call Jo" };
    expect(await crm.call("create_task", task)).toMatchObject({ created: true });
    const again = await crm.call("create_task", { ...task, title: "call  JO" });
    expect(again).toMatchObject({ ref: "TASK-0001", created: false, duplicate_of: "TASK-0001" });
    expect(crm.changes()).toEqual([]);
    for (const other of [{ due_on: "2026-11-03" }, { assignee_id: tomas }, { about: "COMP-0001" }]) {
      expect(await crm.call("create_task", { ...task, ...other })).toMatchObject({ created: true });
    }
    await crm.call("complete_task", { id: "TASK-0001" });
    expect(await crm.call("create_task", task)).toMatchObject({ ref: "TASK-0005", created: true });
  });

  test("names what exists when it refuses", async () => {
    const { crm, nina, tomas } = await salesTeam();
    await withDeal(crm);
    const task = { about: "DEAL-0001", assignee_id: nina, title: "T" };
    expect(await refusal(crm.call("create_task", { ...task, assignee_id: "nina" }))).toMatchObject({
      code: "NOT_FOUND",
      hint: `Active owners: ${nina} (Nina Vogel), ${tomas} (Tomás Rivas).`,
    });
    expect(await refusal(crm.call("create_task", { ...task, about: "LEAD-0404" }))).toMatchObject({
      code: "NOT_FOUND",
      hint: expect.stringContaining("search_records"),
    });
    await expect(crm.call("create_task", { ...task, due_on: "2026-02-30" })).rejects.toThrow();
  });
});

describe("complete_task", () => {
  test("ends a task once, with its outcome, and counts as an activity", async () => {
    const { crm, nina } = await salesTeam();
    const { deal } = await withDeal(crm);
    await crm.call("create_task", { about: "DEAL-0001", assignee_id: nina, title: "Call" });
    crm.setNow("2026-11-06T10:00:00Z");
    const done = await crm.call("complete_task", {
      id: "TASK-0001",
      outcome: "Wants 40 m.",
      expected_version: 1,
    });
    expect(done).toMatchObject({ status: "done", outcome: "Wants 40 m.", version: 2 });
    expect(crm.changes()).toContainEqual({ table: "crm_deal", id: deal.id, version: 2 });
    expect(await crm.call("get_deal", { id: deal.id })).toMatchObject({ last_activity_on: "2026-11-06" });
    expect(await refusal(crm.call("complete_task", { id: "TASK-0001" }))).toMatchObject({
      code: "STATE_INVALID",
      message: "TASK-0001 was done on 2026-11-06.",
    });
    expect((await refusal(crm.call("complete_task", { id: "TASK-0001", expected_version: 1 }))).code).toBe(
      "CONFLICT",
    );
    expect((await refusal(crm.call("complete_task", { id: "TASK-0009" }))).code).toBe("NOT_FOUND");
  });
});

describe("log_activity", () => {
  test("moves last_activity_on of the record, its contact and its company forward, never back", async () => {
    const { crm } = await salesTeam();
    const lead = await crm.call("create_lead", { company_name: "Douro", contact_name: "Maria Silva" });
    crm.setNow("2026-11-10T10:00:00Z");
    const activity = await crm.call("log_activity", { about: "LEAD-0001", kind: "call", summary: "Called." });
    expect(activity).toMatchObject({
      occurred_on: "2026-11-10",
      logged_by: "user:test",
      about: { type: "lead", ref: "LEAD-0001" },
      version: 1,
    });
    expect(crm.changes().map(({ table, version }) => [table, version])).toEqual([
      ["crm_activity", 1],
      ["crm_lead", 2],
      ["crm_contact", 2],
      ["crm_company", 2],
    ]);
    await crm.call("log_activity", {
      about: "LEAD-0001",
      kind: "note",
      summary: "Earlier.",
      occurred_on: "2026-11-04",
    });
    expect(crm.changes().map(({ table }) => table)).toEqual(["crm_activity"]);
    for (const [type, id] of [
      ["lead", lead.id],
      ["contact", "CONT-0001"],
      ["company", "COMP-0001"],
    ]) {
      const { record } = await crm.call("get_record", { type, id });
      expect(record).toMatchObject({ last_activity_on: "2026-11-10", version: 2 });
    }
  });

  test("refuses what has not happened yet", async () => {
    const { crm } = await salesTeam();
    await withDeal(crm);
    const tomorrow = { about: "DEAL-0001", kind: "call", summary: "Will call.", occurred_on: "2026-11-03" };
    expect(await refusal(crm.call("log_activity", tomorrow))).toMatchObject({
      code: "INPUT_INVALID",
      hint: expect.stringContaining("create_task"),
    });
  });
});

describe("list_due_followups", () => {
  test("pages through open tasks that are due, the longest overdue first", async () => {
    const { crm, nina, tomas } = await salesTeam();
    await withDeal(crm);
    const days = ["2026-11-02", "2026-10-20", "2026-11-02", "2026-10-31", "2026-11-02", "2026-11-03"];
    for (const [index, due_on] of days.entries()) {
      const assignee_id = index % 2 === 0 ? nina : tomas;
      await crm.call("create_task", { about: "DEAL-0001", assignee_id, title: `Task ${index}`, due_on });
    }
    await crm.call("create_task", { about: "DEAL-0001", assignee_id: nina, title: "No day" });
    await crm.call("complete_task", { id: "TASK-0003" });

    for (const limit of [1, 2, 3, 50]) {
      const items = await everyPage(crm, "list_due_followups", { limit });
      expect(items.map(({ ref, days_overdue }) => [ref, days_overdue])).toEqual([
        ["TASK-0002", 13],
        ["TASK-0004", 2],
        ["TASK-0001", 0],
        ["TASK-0005", 0],
      ]);
    }
    const own = await everyPage(crm, "list_due_followups", { assignee_id: tomas, due_by: "2026-11-30" });
    expect(own.map(({ ref }) => ref)).toEqual(["TASK-0002", "TASK-0004", "TASK-0006"]);
    expect(own[2]).toMatchObject({ days_overdue: -1 });
  });

  test("filters by company, by record and from a day", async () => {
    const { crm, nina } = await salesTeam();
    await withDeal(crm);
    await crm.call("create_lead", { company_name: "Douro", contact_name: "Maria" });
    for (const about of ["DEAL-0001", "COMP-0001", "LEAD-0001", "CONT-0001"]) {
      await crm.call("create_task", { about, assignee_id: nina, title: "T", due_on: "2026-11-01" });
    }
    const refs = async (args: Record<string, unknown>) =>
      (await everyPage(crm, "list_due_followups", args)).map(({ ref }) => ref);
    expect(await refs({ company_id: "COMP-0001" })).toEqual(["TASK-0001", "TASK-0002"]);
    expect(await refs({ company_id: "COMP-0002" })).toEqual(["TASK-0003", "TASK-0004"]);
    expect(await refs({ about: "CONT-0001" })).toEqual(["TASK-0004"]);
    expect(await refs({ due_from: "2026-11-02" })).toEqual([]);
    expect((await refusal(crm.call("list_due_followups", { assignee_id: "usr_x" }))).code).toBe("NOT_FOUND");
  });

  test("refuses a cursor of another list", async () => {
    const { crm } = await salesTeam();
    await withDeal(crm);
    await crm.call("create_lead", { company_name: "A", contact_name: "B" });
    await crm.call("create_lead", { company_name: "C", contact_name: "D" });
    const { next_cursor } = await crm.call("search_records", { type: "lead", limit: 1 });
    expect((await refusal(crm.call("list_due_followups", { cursor: next_cursor }))).code).toBe(
      "INPUT_INVALID",
    );
  });
});
