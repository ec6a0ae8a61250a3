import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { refusal, salesTeam } from "./sales-team.ts";

type Crm = Awaited<ReturnType<typeof salesTeam>>["crm"];

const types = ["company", "contact", "lead", "deal"] as const;
type Type = (typeof types)[number];
const prefixes = { company: "COMP", contact: "CONT", lead: "LEAD", deal: "DEAL" } as const;

const index = fc.nat({ max: 1000 });
const operation = fc.oneof(
  fc.record({ do: fc.constant("lead" as const), one: fc.nat({ max: 5 }), two: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constant("deal" as const), one: index, two: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constant("log" as const), one: index, two: index }),
  fc.record({ do: fc.constant("task" as const), one: index, two: index }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("merge" as const),
      type: fc.constantFrom(...types),
      one: index,
      two: index,
    }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const found = z.object({
  record: z.object({ id: z.string(), ref: z.string() }),
  redirected_from: z.object({ ref: z.string() }).optional(),
});

/** What ought to be known: which record each ref leads to, and which record each text was said of. */
class Model {
  readonly leadsTo: Record<Type, string[]> = { company: [], contact: [], lead: [], deal: [] };
  readonly said = new Map<string, { type: Type; at: number }>();
  merges = 0;
  survivor(type: Type, at: number): string {
    return this.leadsTo[type][at] ?? "";
  }
  any(type: Type, one: number): { ref: string; at: number } | undefined {
    const refs = this.leadsTo[type];
    const at = refs.length === 0 ? -1 : one % refs.length;
    return at < 0 ? undefined : { ref: refOf(type, at), at };
  }
}

const refOf = (type: Type, at: number) => `${prefixes[type]}-${String(at + 1).padStart(4, "0")}`;

/** Takes into the model which records there are, from the series of references. */
function notice(crm: Crm, model: Model): void {
  for (const type of types) {
    const row = crm.database.prepare("SELECT last FROM crm_sequence WHERE prefix = ?").get(prefixes[type]);
    const refs = model.leadsTo[type];
    while (refs.length < Number(row?.last ?? 0)) refs.push(refOf(type, refs.length));
  }
}

async function perform(crm: Crm, nina: string, model: Model, step: Operation, number: number): Promise<void> {
  switch (step.do) {
    case "lead": {
      const email = `p${step.two}@firm${step.one}.example`;
      const names = { company_name: `Firm ${step.one}`, contact_name: `Person ${step.two}` };
      await crm.call("create_lead", { ...names, email, name: `Lead ${number % 4}` });
      break;
    }
    case "deal": {
      const company = model.any("company", step.one);
      const amount = { minor: number, currency: "EUR" };
      if (company)
        await crm.call("create_deal", { name: `Deal ${step.two}`, company_id: company.ref, amount });
      break;
    }
    case "log":
    case "task": {
      const type = types[step.one % types.length] ?? "company";
      const about = model.any(type, step.two);
      if (about === undefined) break;
      const text = `${step.do} ${number}`;
      // by a ref that may be an old one
      if (step.do === "log")
        await crm.call("log_activity", { about: about.ref, kind: "note", summary: text });
      else await crm.call("create_task", { about: about.ref, assignee_id: nina, title: text });
      model.said.set(text, { type, at: about.at });
      break;
    }
    case "merge": {
      const { type } = step;
      const one = model.any(type, step.one);
      const two = model.any(type, step.two);
      if (one === undefined || two === undefined) break;
      const [kept, gone] = [model.survivor(type, one.at), model.survivor(type, two.at)];
      const call = crm.call("merge_records", { type, survivor_id: one.ref, duplicate_id: two.ref });
      if (kept === gone && one.ref === two.ref && kept === one.ref) {
        expect((await refusal(call)).code).toBe("INPUT_INVALID");
      } else if (kept === gone && one.ref !== kept && two.ref === kept) {
        expect((await refusal(call)).code).toBe("CONFLICT");
      } else if (kept === gone) {
        expect(await call).toMatchObject({ already_merged: true });
        expect(crm.changes()).toEqual([]);
      } else {
        const error = await call.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) {
          // other companies, or an id that was merged away before: asked for, not guessed
          expect(error).toMatchObject({ code: "STATE_INVALID" });
          break;
        }
        model.merges += 1;
        model.leadsTo[type] = model.leadsTo[type].map((ref) => (ref === gone ? kept : ref));
        const again = await crm.call("merge_records", { type, survivor_id: one.ref, duplicate_id: two.ref });
        expect(again).toMatchObject({ already_merged: true });
      }
      break;
    }
  }
  notice(crm, model);
}

const none = (crm: Crm, sql: string) => expect(crm.database.prepare(sql).all(), sql).toEqual([]);

/** What must hold after any sequence of operations. */
async function checkBooks(crm: Crm, model: Model): Promise<void> {
  // no dangling references
  none(crm, "PRAGMA foreign_key_check");
  for (const table of ["crm_activity", "crm_task"]) {
    none(
      crm,
      `SELECT id FROM ${table} t WHERE NOT EXISTS
      (SELECT 1 FROM crm_record r WHERE r.id = t.about_id AND r.type = t.about_type)`,
    );
  }
  none(crm, "SELECT value FROM crm_alias WHERE record_id NOT IN (SELECT id FROM crm_record)");
  none(crm, "SELECT from_id FROM crm_merge WHERE from_id IN (SELECT id FROM crm_record)");
  none(
    crm,
    `SELECT into_id FROM crm_merge WHERE into_id NOT IN
    (SELECT id FROM crm_record UNION ALL SELECT from_id FROM crm_merge)`,
  );
  // a key names one record only
  none(
    crm,
    `SELECT value FROM crm_alias a WHERE
    (kind = 'domain' AND EXISTS (SELECT 1 FROM crm_company WHERE domain = a.value)) OR
    (kind = 'email' AND EXISTS (SELECT 1 FROM crm_contact WHERE email_key = a.value))`,
  );
  // redirects: every ref that ever was leads to what the model says
  for (const type of types) {
    for (const [at, ref] of model.leadsTo[type].entries()) {
      const old = refOf(type, at);
      const answer = found.parse(await crm.call("get_record", { type, id: old, response_format: "concise" }));
      expect(answer.record.ref).toBe(ref);
      expect(answer.redirected_from?.ref).toBe(old === ref ? undefined : old);
    }
    const live = crm.database.prepare(`SELECT count(*) AS n FROM crm_${type}`).get();
    expect(live?.n).toBe(new Set(model.leadsTo[type]).size);
  }
  expect(crm.database.prepare("SELECT count(*) AS n FROM crm_merge").get()?.n).toBe(model.merges);
  // history: what was said of a record is said of its survivor, and nothing was lost
  const said = crm.database
    .prepare(`SELECT summary AS text, r.ref FROM crm_activity a JOIN crm_record r ON r.id = a.about_id
      UNION ALL SELECT title, r.ref FROM crm_task t JOIN crm_record r ON r.id = t.about_id`)
    .all();
  expect(said).toHaveLength(model.said.size);
  for (const { text, ref } of said) {
    const about = model.said.get(String(text));
    expect(ref).toBe(about && model.survivor(about.type, about.at));
  }
}

test("after any sequence of merges all history is kept, every old id leads on, and nothing dangles", async () => {
  let merges = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 45, size: "max" }), async (steps) => {
      const { crm, nina } = await salesTeam();
      const model = new Model();
      for (const [number, step] of steps.entries()) await perform(crm, nina, model, step, number);
      await checkBooks(crm, model);
      merges += model.merges;
    }),
    { numRuns: 35 },
  );
  expect(merges).toBeGreaterThan(10);
});

test("the address or domain of anyone who was ever merged still finds the survivor", async () => {
  const pairs = fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 })), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(pairs, fc.constantFrom("company", "contact"), async (merges, type) => {
      const { crm } = await salesTeam();
      const keyOf = (at: number) =>
        type === "company" ? { domain: `f${at}.example` } : { email: `p@f${at}.example` };
      const tool = `upsert_${type}`;
      for (let at = 0; at < 7; at += 1) await crm.call(tool, { name: `N${at}`, ...keyOf(at) });
      const owner = Array.from({ length: 7 }, (_, at) => at);
      for (const [one, two] of merges) {
        if (owner[one] === owner[two]) continue;
        const [kept, gone] = [owner[one] ?? 0, owner[two] ?? 0];
        await crm.call("merge_records", {
          type,
          survivor_id: refOf(type, kept),
          duplicate_id: refOf(type, gone),
        });
        for (const [at, holder] of owner.entries()) if (holder === gone) owner[at] = kept;
      }
      for (const [at, holder] of owner.entries()) {
        const same = await crm.call(tool, keyOf(at));
        expect(same).toMatchObject({ ref: refOf(type, holder), created: false });
        expect(crm.changes()).toEqual([]);
      }
    }),
    { numRuns: 30 },
  );
});
