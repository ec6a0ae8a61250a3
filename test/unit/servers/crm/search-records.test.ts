import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { definition } from "../../../../servers/crm/definition.ts";
import { seed } from "../../../../servers/crm/seed.ts";
import { encodeCursor } from "../../../../src/kit/pages.ts";
import { toolHarness } from "../../../helpers/tool-harness.ts";
import { everyPage } from "./every-page.ts";
import { refusal } from "./sales-team.ts";

const crm = await toolHarness(definition);
await seed(crm.contextNow());

const search = (args: Record<string, unknown>) => everyPage(crm, "search_records", args);
const refs = (items: Record<string, unknown>[]) => items.map(({ ref }) => ref);

describe("search_records", () => {
  test("pages together are all records, each once, whatever the page size", async () => {
    const statuses = {
      company: ["active", "archived"],
      contact: ["active", "archived"],
      lead: ["open", "qualified", "closed"],
      deal: ["open", "won", "lost"],
    } as const;
    const arbitrary = fc.constantFrom("company", "contact", "lead", "deal").chain((type) =>
      fc.record({
        type: fc.constant(type),
        limit: fc.integer({ min: 1, max: 100 }),
        status: fc.subarray([...statuses[type]]),
        owner: fc.option(fc.constantFrom("usr_nina", "usr_tomas", "usr_amira")),
      }),
    );
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ type, limit, status, owner }) => {
        const found = await search({ type, limit, status, ...(owner && { owner_id: owner }) });
        const expected = crm.database
          .prepare(`SELECT ref, status, owner_id FROM crm_${type} ORDER BY id DESC`)
          .all()
          .filter((row) => status.length === 0 || status.some((wanted) => wanted === row.status))
          .filter((row) => owner === null || row.owner_id === owner);
        expect(refs(found)).toEqual(expected.map((row) => row.ref));
      }),
      { numRuns: 60 },
    );
  });

  test("a record that changes between two pages is neither skipped nor repeated", async () => {
    const page = await crm.call("search_records", { type: "lead", limit: 10 });
    await crm.call("log_activity", { about: "LEAD-0020", kind: "note", summary: "On the first page." });
    await crm.call("log_activity", { about: "LEAD-0003", kind: "note", summary: "On a later page." });
    await crm.call("create_lead", { company_name: "New Quay Ltd", contact_name: "Jo Byrne" });
    const rest = await search({ type: "lead", limit: 10, cursor: page.next_cursor });
    expect(rest).toHaveLength(15);
    expect(refs(rest)[0]).toBe("LEAD-0015");
  });

  test("finds by words in the record, its company and its contact, without case and accents", async () => {
    expect(refs(await search({ type: "company", query: "PECHEURS sete" }))).toEqual(["COMP-0005"]);
    expect(refs(await search({ type: "company", query: "clyde-workboats.example" }))).toEqual(["COMP-0012"]);
    expect(refs(await search({ type: "deal", query: "baltic refit" }))).toEqual(["DEAL-0031"]);
    expect(refs(await search({ type: "lead", query: "lead-0007" }))).toEqual(["LEAD-0007"]);
    expect(await search({ type: "contact", query: "clyde workboats" })).toHaveLength(2);
    expect(await search({ type: "company", query: "100% _" })).toEqual([]);
  });

  test("filters by company, given by reference, and by last activity", async () => {
    expect(refs(await search({ type: "deal", company_id: "COMP-0002" }))).toContain("DEAL-0031");
    expect(await search({ type: "contact", company_id: "com_0002" })).toHaveLength(2);
    const stale = await search({ type: "lead", last_activity_before: "2026-10-19", status: ["open"] });
    expect(stale.every(({ last_activity_on }) => String(last_activity_on) < "2026-10-19")).toBe(true);
  });

  test("a lead names its owner, contact and company", async () => {
    const [lead] = await search({ type: "lead", query: "LEAD-0001" });
    expect(lead).toMatchObject({
      type: "lead",
      status: "open",
      owner: { id: "usr_amira", name: "Amira Haddad" },
      company: { id: "com_0003", name: "Marina Port Lorient" },
      contact: { id: "con_0005" },
      last_activity_on: "2026-09-19",
    });
  });

  test("filters by days of creation, change and last activity, from a day on and before a day", async () => {
    const day = fc
      .integer({ min: 0, max: 130 })
      .map((days) => new Date(Date.UTC(2026, 10, 3) - days * 86_400_000).toISOString().slice(0, 10));
    const columns = {
      created: "created_at",
      updated: "updated_at",
      last_activity: "last_activity_on",
    } as const;
    const range = fc.constantFrom("created", "updated", "last_activity");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("lead", "deal"), range, day, day, async (type, name, one, other) => {
        const [from = "", before = ""] = [one, other].toSorted();
        const found = await search({ type, [`${name}_from`]: from, [`${name}_before`]: before });
        const expected = crm.database
          .prepare(`SELECT ref, ${columns[name]} AS at FROM crm_${type} ORDER BY id DESC`)
          .all()
          .filter(({ at }) => String(at).slice(0, 10) >= from && String(at).slice(0, 10) < before);
        expect(refs(found)).toEqual(expected.map(({ ref }) => ref));
      }),
      { numRuns: 40 },
    );
  });

  test("filters deals by stage and pipeline, and refuses what no deal can have", async () => {
    const won = await search({ type: "deal", stage: ["won", "lost"], pipeline_id: "sales" });
    expect(won).toHaveLength(7);
    expect(await refusal(crm.call("search_records", { type: "deal", stage: ["wonn"] }))).toMatchObject({
      code: "INPUT_INVALID",
      hint: "Stages: new, qualified, proposal, negotiation, won, lost.",
    });
    expect(await refusal(crm.call("search_records", { type: "deal", pipeline_id: "x" }))).toMatchObject({
      hint: "Pipelines: sales.",
    });
    expect(await refusal(crm.call("search_records", { type: "lead", stage: ["won"] }))).toMatchObject({
      message: "A lead has no stage and no pipeline.",
    });
    expect((await refusal(crm.call("search_records", { type: "lead", owner_id: "usr_x" }))).code).toBe(
      "NOT_FOUND",
    );
  });

  test("is short unless asked for every field", async () => {
    const one = async (response_format: string) =>
      (await crm.call("search_records", { type: "company", query: "COMP-0002", response_format })).items;
    expect(await one("concise")).toEqual([
      {
        type: "company",
        id: "com_0002",
        ref: "COMP-0002",
        name: "Baltic Ferry Lines",
        status: "active",
        domain: expect.any(String),
        owner: { id: "usr_nina", name: "Nina Vogel" },
        last_activity_on: expect.any(String),
        version: expect.any(Number),
      },
    ]);
    expect(await one("detailed")).toMatchObject([
      { country: "DE", city: "Rostock", created_at: expect.any(String) },
    ]);
  });

  test("refuses a status of another type and names the valid ones", async () => {
    expect(await refusal(crm.call("search_records", { type: "lead", status: ["won"] }))).toEqual({
      code: "INPUT_INVALID",
      message: 'A lead is never "won".',
      hint: "Statuses of a lead: open, qualified, closed.",
    });
  });

  test("refuses a cursor that it did not make, or made for another type", async () => {
    const { next_cursor } = await crm.call("search_records", { type: "lead", limit: 1 });
    for (const cursor of [next_cursor, "nonsense", encodeCursor("deal", []), encodeCursor("deal", [1, 2])]) {
      expect((await refusal(crm.call("search_records", { type: "deal", cursor }))).code).toBe(
        "INPUT_INVALID",
      );
    }
  });
});

test("hot lists read through an index, not the whole table", () => {
  const plan = (sql: string) =>
    crm.database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
      // the view itself is scanned once its four parts have been searched
      .filter((detail) => detail.startsWith("SCAN") && detail !== "SCAN crm_record");
  expect(plan("SELECT * FROM crm_lead WHERE status IN ('open') AND last_activity_on < '2026-10-19'")).toEqual(
    [],
  );
  expect(
    plan("SELECT * FROM crm_deal WHERE owner_id = 'usr_nina' AND status = 'open' ORDER BY id DESC"),
  ).toEqual([]);
  expect(
    plan("SELECT * FROM crm_task WHERE status = 'open' AND due_on <= '2026-11-02' ORDER BY due_on, id"),
  ).toEqual([]);
  expect(plan("SELECT * FROM crm_deal WHERE updated_at >= '2026-11-02'")).toEqual([]);
  expect(plan("SELECT * FROM crm_merge WHERE from_ref = 'DEAL-0031'")).toEqual([]);
  expect(plan("SELECT * FROM crm_record WHERE ref = 'DEAL-0031'")).toEqual([]);
});
