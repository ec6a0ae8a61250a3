import { describe, expect, test } from "vitest";
import { definition } from "../../../../servers/crm/definition.ts";
import { toolHarness } from "../../../helpers/tool-harness.ts";
import { refusal, salesTeam } from "./sales-team.ts";

const maria = {
  company_name: "Estaleiros do Douro",
  contact_name: "Maria Silva",
  email: "Maria@Douro.example",
};

describe("create_lead", () => {
  test("adds company, contact and lead, and names all three as changed", async () => {
    const { crm } = await salesTeam();
    const lead = await crm.call("create_lead", { ...maria, source: "website", note: "Wants\nfenders." });
    expect(lead).toMatchObject({
      ref: "LEAD-0001",
      name: "Estaleiros do Douro: Maria Silva",
      status: "open",
      source: "website",
      note: "Wants\nfenders.",
      contact: { name: "Maria Silva" },
      company: { name: "Estaleiros do Douro" },
      last_activity_on: "2026-11-02",
      version: 1,
      created: true,
    });
    expect(crm.changes().map(({ table }) => table)).toEqual(["crm_company", "crm_contact", "crm_lead"]);
    const { items } = await crm.call("search_records", { type: "company" });
    expect(items).toMatchObject([{ domain: "douro.example" }]);
  });

  test("links to the contact by email and to the company by its domain, before names", async () => {
    const { crm } = await salesTeam();
    const first = await crm.call("create_lead", maria);
    const second = await crm.call("create_lead", {
      company_name: "Douro Shipyards",
      contact_name: "M. Silva",
      email: "maria@douro.example",
      phone: "+351 22 000 000",
      name: "Rope",
    });
    expect(second).toMatchObject({ created: true, contact: first.contact, company: first.company });
    expect(crm.changes().map(({ table }) => table)).toEqual(["crm_contact", "crm_lead"]);
    const colleague = await crm.call("create_lead", {
      company_name: "Douro",
      contact_name: "Maria Silva",
      email: "maria.silva@douro.example",
    });
    expect(colleague.company).toEqual(first.company);
    expect(colleague.contact).not.toEqual(first.contact);
  });

  test("links by name when there is no email, and takes no free mail domain for a company's", async () => {
    const { crm } = await salesTeam();
    const first = await crm.call("create_lead", { ...maria, email: "maria.silva@gmail.com" });
    const { items } = await crm.call("search_records", { type: "company" });
    expect(items).toEqual([expect.not.objectContaining({ domain: expect.anything() })]);
    const second = await crm.call("create_lead", {
      company_name: "estaleiros do douro",
      contact_name: "María Silva",
      name: "Chain",
    });
    expect(second).toMatchObject({ created: true, contact: first.contact, company: first.company });
    const third = await crm.call("create_lead", {
      company_name: "Other",
      contact_name: "Jo",
      email: "jo@gmail.com",
    });
    expect(third.company).not.toEqual(first.company);
  });

  test("returns the open lead that is there already", async () => {
    const { crm } = await salesTeam();
    const first = await crm.call("create_lead", maria);
    const second = await crm.call("create_lead", maria);
    expect(second).toMatchObject({ id: first.id, created: false, duplicate_of: "LEAD-0001" });
    expect(crm.changes()).toEqual([]);
  });

  test("goes to the company's owner, else to whom has the fewest open leads", async () => {
    const { crm, nina, tomas } = await salesTeam();
    const owners: unknown[] = [];
    for (const name of ["A", "B", "C", "D"]) {
      const lead = await crm.call("create_lead", { company_name: name, contact_name: "X" });
      owners.push(Reflect.get(Object(lead.owner), "id"));
    }
    expect(owners).toEqual([nina, tomas, nina, tomas]);
    const again = await crm.call("create_lead", { company_name: "B", contact_name: "Y" });
    expect(again.owner).toMatchObject({ id: tomas });
    const chosen = await crm.call("create_lead", { company_name: "B", contact_name: "Z", owner_id: nina });
    expect(chosen.owner).toMatchObject({ id: nina });
  });

  test("says what to do when there is no owner", async () => {
    const crm = await toolHarness(definition);
    expect(await refusal(crm.call("create_lead", maria))).toMatchObject({
      code: "STATE_INVALID",
      hint: expect.stringContaining("upsert_owner"),
    });
    expect(crm.database.prepare("SELECT 1 FROM crm_company").all()).toEqual([]);
  });
});

describe("get_record", () => {
  test("shows the record with its activities and open tasks", async () => {
    const { crm, nina } = await salesTeam();
    await crm.call("create_lead", maria);
    await crm.call("log_activity", {
      about: "LEAD-0001",
      kind: "call",
      summary: "Old",
      occurred_on: "2026-10-01",
    });
    await crm.call("log_activity", { about: "LEAD-0001", kind: "email", summary: "New" });
    await crm.call("create_task", { about: "LEAD-0001", assignee_id: nina, title: "Some day" });
    await crm.call("create_task", {
      about: "LEAD-0001",
      assignee_id: nina,
      title: "Soon",
      due_on: "2026-11-03",
    });
    const { record, activities, open_tasks } = await crm.call("get_record", {
      type: "lead",
      id: "LEAD-0001",
    });
    expect(record).toMatchObject({ type: "lead", name: "Estaleiros do Douro: Maria Silva" });
    expect(activities).toMatchObject([{ summary: "New" }, { summary: "Old", occurred_on: "2026-10-01" }]);
    expect(open_tasks).toMatchObject([{ title: "Soon" }, { title: "Some day" }]);
    expect(await crm.call("get_record", { type: "company", id: "COMP-0001" })).toMatchObject({
      record: { type: "company", domain: "douro.example" },
    });
    expect(await crm.call("get_record", { type: "contact", id: "CONT-0001" })).toMatchObject({
      // what stands before the @ stays as it was written
      record: { type: "contact", email: "Maria@douro.example" },
    });
  });

  test("refuses an unknown record and one of another type", async () => {
    const { crm } = await salesTeam();
    await crm.call("create_lead", maria);
    expect(await refusal(crm.call("get_record", { type: "deal", id: "LEAD-0001" }))).toMatchObject({
      code: "INPUT_INVALID",
      message: '"LEAD-0001" is a lead, not a deal.',
    });
    expect(await refusal(crm.call("get_record", { type: "lead", id: "LEAD-0099" }))).toMatchObject({
      code: "NOT_FOUND",
      hint: expect.stringContaining("search_records"),
    });
  });
});
