import fc from "fast-check";
import { expect, test } from "vitest";
import { definition } from "../../servers/crm/definition.ts";
import { seed } from "../../servers/crm/seed.ts";
import { expectWhole, type FuzzPlan, fuzzTogether, fuzzTools, fuzzViews, oneOf } from "./fuzz-server.ts";
import { openWatched } from "./open-watched.ts";

const ends = {
  won: { stage: "won", name: "Won", status: "won", probability_percent: 100, allowed_next: [] },
  lost: { stage: "lost", name: "Lost", status: "lost", probability_percent: 0, allowed_next: [] },
};

const plan: FuzzPlan = {
  aliases: { assignee_id: "owner_id", survivor_id: "ref", duplicate_id: "ref", about: "ref" },
  meant: {
    upsert_pipeline: () =>
      fc.record({
        id: fc.constantFrom("renewals", "charter", "sales"),
        name: fc.constantFrom("Renewals", "Charter"),
        stages: fc
          .integer({ min: 0, max: 100 })
          .map((probability_percent) => [
            { stage: "due", name: "Due", status: "open", probability_percent, allowed_next: ["won", "lost"] },
            ends.won,
            ends.lost,
          ]),
      }),
    merge_records: (reader) =>
      fc.constantFrom("company", "contact").chain((type) => {
        const record = oneOf(reader, `SELECT ref FROM crm_${type} ORDER BY ref DESC LIMIT 30`);
        return fc.record({ type: fc.constant(type), survivor_id: record, duplicate_id: record });
      }),
    create_deal: (reader) =>
      fc.record({
        name: fc.constant("Fenders"),
        company_id: oneOf(reader, "SELECT ref FROM crm_company"),
        lines: fc.array(
          fc.record({
            sku: fc.constantFrom("FEND-L", "ROPE-12"),
            description: fc.constant("Large fender"),
            quantity: fc.integer({ min: 1, max: 9 }),
            unit_price: fc.record({ minor: fc.nat({ max: 9_999 }), currency: fc.constant("EUR") }),
          }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    move_deal_stage: (reader) =>
      fc.record({
        id: oneOf(reader, "SELECT ref FROM crm_deal WHERE status = 'open'"),
        stage: oneOf(reader, "SELECT stage FROM crm_stage"),
        reason: fc.constant("Meant"),
      }),
  },
};

test("whatever the CRM is called with, it answers or refuses, and never half", async () => {
  using server = await openWatched(definition, seed);
  const outcomes = await fuzzTools(server, plan);
  await fuzzTogether(server, plan);
  await fuzzViews(server);
  expectWhole(server);
  expect(Object.keys(outcomes)).toHaveLength(definition.tools.length);
});
