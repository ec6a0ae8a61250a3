import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emailKey, normalizeDomain, normalizeEmail } from "../../../../servers/crm/store/domains.ts";
import { refusal, salesTeam } from "./sales-team.ts";

describe("upsert_contact", () => {
  test("adds a person to the company of the email's domain, once, and updates afterwards", async () => {
    const { crm, nina } = await salesTeam();
    const company = await crm.call("upsert_company", {
      name: "Douro",
      domain: "douro.example",
      owner_id: nina,
    });
    const added = await crm.call("upsert_contact", {
      name: "Maria Silva",
      email: "Maria@Mail.DOURO.example",
    });
    expect(added).toMatchObject({
      ref: "CONT-0001",
      email: "Maria@mail.douro.example",
      company: { id: company.id, name: "Douro" },
      owner: { id: nina },
      created: true,
      version: 1,
    });
    expect(crm.changes()).toEqual([{ table: "crm_contact", id: added.id, version: 1 }]);
    const same = { email: " maria@mail.douro.example " };
    expect(await crm.call("upsert_contact", same)).toMatchObject({
      id: added.id,
      version: 1,
      created: false,
    });
    expect(crm.changes()).toEqual([]);
    const titled = await crm.call("upsert_contact", { ...same, job_title: "Bosun", expected_version: 1 });
    expect(titled).toMatchObject({ name: "Maria Silva", job_title: "Bosun", version: 2 });
    const cleared = await crm.call("upsert_contact", { id: added.id, clear: ["job_title", "company_id"] });
    expect([cleared.job_title, cleared.company]).toEqual([undefined, undefined]);
  });

  test("is found by name within the company while it has no other address", async () => {
    const { crm } = await salesTeam();
    await crm.call("upsert_company", { name: "Douro", domain: "douro.example" });
    const first = await crm.call("upsert_contact", { name: "Maria Silva", company_id: "COMP-0001" });
    const told = { name: "MARIA SILVA", company_id: "COMP-0001", email: "m@gmail.com" };
    expect(await crm.call("upsert_contact", told)).toMatchObject({
      id: first.id,
      created: false,
      version: 2,
    });
    const other = await crm.call("upsert_contact", { ...told, email: "maria2@gmail.com" });
    expect(other).toMatchObject({ ref: "CONT-0002", created: true });
  });

  test("an address of another contact is a conflict that leads to merging", async () => {
    const { crm } = await salesTeam();
    await crm.call("upsert_contact", { name: "A", email: "a@gmail.com" });
    await crm.call("upsert_contact", { name: "B", email: "b@gmail.com" });
    expect(
      await refusal(crm.call("upsert_contact", { id: "CONT-0002", email: "A@gmail.com" })),
    ).toMatchObject({
      code: "CONFLICT",
      message: "This email is the address of CONT-0001.",
      hint: expect.stringContaining("merge_records"),
    });
    const renamed = await crm.call("upsert_contact", { id: "CONT-0002", email: "c@gmail.com" });
    expect(renamed).toMatchObject({ email: "c@gmail.com", version: 2 });
  });

  test.each([
    [{ name: "A" }, "INPUT_INVALID", "which contact"],
    [{ email: "a@x.example" }, "INPUT_INVALID", "needs a name"],
    [{ name: "A", email: "a@x.example", company_id: "COMP-0404" }, "NOT_FOUND", "no company"],
    [{ name: "A", email: "a@x.example", owner_id: "usr_x" }, "NOT_FOUND", "no owner"],
    [{ name: "A", email: "a@x.example", expected_version: 1 }, "NOT_FOUND", "no such contact"],
    [{ id: "CONT-0404", phone: "1" }, "NOT_FOUND", "no contact"],
  ])("refuses %j", async (args, code, message) => {
    const { crm } = await salesTeam();
    expect(await refusal(crm.call("upsert_contact", args))).toMatchObject({
      code,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
    expect(crm.database.prepare("SELECT 1 FROM crm_contact").all()).toEqual([]);
  });
});

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const casing = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 });
const recase = (text: string, upper: boolean[]) =>
  [...text].map((letter, index) => (upper[index] ? letter.toUpperCase() : letter)).join("");

test("addresses: the domain is lower case, what stands before the @ is kept, and normalising twice changes nothing", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9.+_-]{1,20}$/), label, casing, (local, domain, upper) => {
      const stored = normalizeEmail(` ${local}@${recase(`${domain}.example`, upper)} `);
      expect(stored).toBe(`${local}@${domain}.example`);
      expect(normalizeEmail(stored)).toBe(stored);
      expect(emailKey(stored)).toBe(stored.toLowerCase());
    }),
  );
});

test("domains: every way of writing one is the same registrable domain, and normalising twice changes nothing", () => {
  const suffix = fc.constantFrom("example", "com", "co.uk", "com.au", "de", "github.io");
  const dressing = fc.constantFrom("", "www.", "shop.", "a.b.");
  const start = fc.constantFrom("", "https://", "HTTP://");
  const end = fc.constantFrom("", "/", "/contact?x=1", ".", ":8080/");
  fc.assert(
    fc.property(label, suffix, dressing, start, end, casing, (name, tld, sub, scheme, rest, upper) => {
      const domain = `${name}firm.${tld}`;
      const written = normalizeDomain(`${scheme}${recase(`${sub}${domain}`, upper)}${rest}`);
      expect(written).toBe(domain);
      expect(normalizeDomain(written)).toBe(written);
    }),
  );
});

test("whatever is added in whatever spelling, no two contacts share an address and no two companies a domain", async () => {
  const spelt = fc.record({
    name: fc.constantFrom("a", "b", "c"),
    upper: casing,
    sub: fc.constantFrom("", "www.", "eu."),
  });
  const step = fc.tuple(fc.constantFrom("contact", "company", "lead"), spelt);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { crm } = await salesTeam();
      for (const [kind, { name, upper, sub }] of steps) {
        const host = `${sub}${name}.example`;
        const email = recase(`jo@${name}.example`, upper);
        if (kind === "company") await crm.call("upsert_company", { name, domain: recase(host, upper) });
        if (kind === "contact") await crm.call("upsert_contact", { name: "Jo", email });
        if (kind === "lead") await crm.call("create_lead", { company_name: name, contact_name: "Jo", email });
      }
      const values = (sql: string) =>
        crm.database
          .prepare(sql)
          .all()
          .map(({ value }) => String(value));
      const emails = values("SELECT lower(email) AS value FROM crm_contact");
      const domains = values("SELECT domain AS value FROM crm_company");
      const kinds = (wanted: string[]) =>
        new Set(steps.filter(([kind]) => wanted.includes(kind)).map(([, one]) => one.name));
      expect(emails.toSorted()).toEqual(
        [...kinds(["contact", "lead"])].map((name) => `jo@${name}.example`).toSorted(),
      );
      expect(domains.toSorted()).toEqual(
        [...kinds(["company", "lead"])].map((name) => `${name}.example`).toSorted(),
      );
    }),
    { numRuns: 40 },
  );
});
