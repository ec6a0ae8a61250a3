import { describe, expect, test } from "vitest";
import { z } from "zod";
import { definition } from "../../../../servers/crm/definition.ts";
import { seed } from "../../../../servers/crm/seed.ts";
import { sampleCompanies } from "../../../../servers/sample/companies.ts";
import { toolHarness } from "../../../helpers/tool-harness.ts";
import { everyPage } from "./every-page.ts";

async function seeded(start?: string) {
  const crm = await toolHarness(definition, start);
  const counts = await seed(crm.contextNow());
  return { crm, counts };
}

const deal = z.object({
  stage: z.string(),
  status: z.string(),
  closed_on: z.string().optional(),
  amount: z.object({ minor: z.int(), currency: z.string() }),
  lines: z.array(
    z.object({
      sku: z.string(),
      quantity: z.int(),
      unit_price: z.object({ minor: z.int(), currency: z.string() }),
    }),
  ),
});

describe("the sample data", () => {
  test("has the promised counts, which the tables confirm", async () => {
    const { crm, counts } = await seeded();
    expect(counts).toMatchObject({ companies: 64, contacts: 128, leads: 25, deals: 42 });
    for (const [name, table] of [
      ["companies", "company"],
      ["contacts", "contact"],
      ["leads", "lead"],
      ["deals", "deal"],
      ["activities", "activity"],
      ["tasks", "task"],
      ["owners", "owner"],
    ] as const) {
      const row = crm.database.prepare(`SELECT count(*) AS n FROM crm_${table}`).get();
      expect(row?.n, name).toBe(counts[name]);
    }
    expect(new Set(sampleCompanies.map(({ name }) => name)).size).toBe(64);
    expect(sampleCompanies[0]?.id).toBe("com_0001");
    expect(sampleCompanies[63]?.id).toBe("com_0064");
  });

  test.each(["2026-11-02T08:00:00Z", "2026-11-23T23:30:00Z", "2027-03-01T00:10:00Z"])(
    "has 7 open leads of 3 people that nobody touched for two weeks, at %s",
    async (start) => {
      const { crm } = await seeded(start);
      const before = new Date(Date.parse(start) - 14 * 86_400_000).toISOString().slice(0, 10);
      const items = await everyPage(crm, "search_records", {
        type: "lead",
        status: ["open"],
        last_activity_before: before,
      });
      expect(items).toHaveLength(7);
      const owners = items.map(
        (item) => z.object({ owner: z.object({ id: z.string() }) }).parse(item).owner.id,
      );
      expect(new Set(owners).size).toBe(3);
    },
  );

  test("has DEAL-0031, won yesterday: 12 pieces for EUR 3,180.00", async () => {
    const { crm } = await seeded();
    const { stage, closed_on, amount, lines } = deal.parse(await crm.call("get_deal", { id: "DEAL-0031" }));
    expect({ stage, closed_on, amount }).toEqual({
      stage: "won",
      closed_on: "2026-11-01",
      amount: { minor: 318_000, currency: "EUR" },
    });
    expect(lines.map(({ sku }) => sku)).toEqual(["ROPE-12", "FEND-M", "SHAC-10"]);
    expect(lines.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(12);
    expect(lines.reduce((sum, line) => sum + line.quantity * line.unit_price.minor, 0)).toBe(318_000);
  });

  test("every deal is worth the sum of its lines, in one currency", async () => {
    const { crm } = await seeded();
    for (const item of await everyPage(crm, "search_records", { type: "deal" })) {
      const { id } = z.object({ id: z.string() }).parse(item);
      const { amount, lines } = deal.parse(await crm.call("get_deal", { id }));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.reduce((sum, line) => sum + line.quantity * line.unit_price.minor, 0)).toBe(amount.minor);
      expect(new Set(lines.map((line) => line.unit_price.currency))).toEqual(new Set([amount.currency]));
    }
  });

  test("has 35 open deals over all open stages, and follow-ups that are due", async () => {
    const { crm } = await seeded();
    const report = z
      .object({ stages: z.array(z.object({ stage: z.string(), status: z.string(), deals: z.int() })) })
      .parse(await crm.call("pipeline_report"));
    const open = report.stages.filter(({ status }) => status === "open");
    expect(open.reduce((sum, { deals }) => sum + deals, 0)).toBe(35);
    expect(open.every(({ deals }) => deals > 0)).toBe(true);
    expect((await everyPage(crm, "list_due_followups", {})).length).toBeGreaterThan(2);
  });

  test("is the same twice, and new references go on after it", async () => {
    const dump = async () => {
      const { crm } = await seeded();
      return ["company", "contact", "lead", "deal", "deal_line", "activity", "task"].map((table) =>
        crm.database.prepare(`SELECT * FROM crm_${table}`).all(),
      );
    };
    expect(await dump()).toEqual(await dump());
    const { crm } = await seeded();
    const lead = await crm.call("create_lead", { company_name: "New Quay Ltd", contact_name: "Jo Byrne" });
    expect(lead).toMatchObject({ ref: "LEAD-0026", created: true });
  });

  test("says nothing that lies in the future or contradicts itself", async () => {
    const { crm } = await seeded();
    const none = (sql: string) => expect(crm.database.prepare(sql).all(), sql).toEqual([]);
    for (const table of ["company", "contact", "lead", "deal"]) {
      none(`SELECT id FROM crm_${table} WHERE last_activity_on > '2026-11-02' OR updated_at < created_at`);
    }
    none("SELECT id FROM crm_activity WHERE occurred_on > '2026-11-02'");
    none(`SELECT a.id FROM crm_activity a JOIN crm_deal d ON d.id = a.about_id
      WHERE a.occurred_on > d.last_activity_on`);
    none(`SELECT l.id FROM crm_lead l JOIN crm_company c ON c.id = l.company_id
      WHERE l.last_activity_on > c.last_activity_on`);
    none(`SELECT l.id FROM crm_lead l JOIN crm_contact c ON c.id = l.contact_id
      WHERE c.company_id <> l.company_id`);
    none(
      `SELECT d.id FROM crm_deal d JOIN crm_stage s USING (pipeline_id, stage) WHERE s.status <> d.status`,
    );
    none(`SELECT m.id FROM crm_deal_stage_change m JOIN crm_deal d ON d.id = m.deal_id
      LEFT JOIN crm_stage_transition t ON t.pipeline_id = d.pipeline_id
        AND t.from_stage = m.from_stage AND t.to_stage = m.to_stage
      WHERE t.to_stage IS NULL`);
    none("PRAGMA foreign_key_check");
  });
});
