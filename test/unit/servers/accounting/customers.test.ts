import { expect, it } from "vitest";
import { openBooks, refusal } from "./books.ts";

it("creates a customer with defaults, then finds it again by its key", async () => {
  const books = await openBooks();
  const created = await books.call("upsert_customer", { crm_company_id: "com_0001", name: "Holm" });
  expect(created).toMatchObject({
    name: "Holm",
    crm_company_id: "com_0001",
    language: "en",
    currency: "EUR",
    payment_terms_days: 30,
    created: true,
    version: 1,
  });
  expect(books.changes()).toEqual([{ table: "accounting_customer", id: created.id, version: 1 }]);

  const same = await books.call("upsert_customer", { crm_company_id: "com_0001", name: "Holm" });
  expect(same).toEqual({ ...created, created: false });
  expect(books.changes()).toEqual([]);
});

it("changes only the given fields and counts the version", async () => {
  const books = await openBooks();
  const { id } = await books.customer({ language: "de", city: "Kiel" });
  const changed = await books.call("upsert_customer", { id, city: "Rostock" });
  expect(changed).toMatchObject({ id, city: "Rostock", language: "de", version: 2, created: false });
  expect(books.changes()).toEqual([{ table: "accounting_customer", id, version: 2 }]);
});

it("learns a second key, but never changes one", async () => {
  const books = await openBooks();
  const { id } = await books.customer({ external_id: "ALFKI" });
  const linked = await books.call("upsert_customer", { external_id: "ALFKI", crm_company_id: "com_7" });
  expect(linked).toMatchObject({ id, crm_company_id: "com_7" });
  await expect(books.call("upsert_customer", { id, crm_company_id: "com_8" })).rejects.toMatchObject(
    refusal("CONFLICT", 'already has crm_company_id "com_7"', "Leave crm_company_id out"),
  );
});

it("takes a company by its id in the CRM only, so that one company makes one customer", async () => {
  const books = await openBooks();
  for (const crm_company_id of ["COMP-0001", "comp-0001", "COM_0001", "com_", "com_0001 "]) {
    await expect(books.call("upsert_customer", { crm_company_id, name: "Holm" })).rejects.toThrow(
      "give the company's id (com_…), which crm.get_record shows beside its ref",
    );
  }
  expect(books.rows("SELECT * FROM accounting_customer")).toEqual([]);
});

it("refuses keys of two customers, an unknown id, no key and no name", async () => {
  const books = await openBooks();
  await books.customer({ external_id: "A" });
  await books.customer({ external_id: "B", crm_company_id: "com_2" });
  await expect(
    books.call("upsert_customer", { external_id: "A", crm_company_id: "com_2" }),
  ).rejects.toMatchObject(refusal("CONFLICT", "several customers", "one key only"));
  await expect(books.call("upsert_customer", { id: "cus_none" })).rejects.toMatchObject(
    refusal("NOT_FOUND", '"cus_none"', "search_customers"),
  );
  await expect(books.call("upsert_customer", { name: "No key" })).rejects.toMatchObject(
    refusal("INPUT_INVALID", "which customer", "external_id"),
  );
  await expect(books.call("upsert_customer", { external_id: "new" })).rejects.toMatchObject(
    refusal("INPUT_INVALID", "needs a name", "search_customers"),
  );
});

it("refuses a stale version and shows the current record", async () => {
  const books = await openBooks();
  const { id } = await books.customer();
  await books.call("upsert_customer", { id, city: "Kiel" });
  await expect(
    books.call("upsert_customer", { id, city: "Bremen", expected_version: 1 }),
  ).rejects.toMatchObject(refusal("CONFLICT", "at version 2, not 1", '"city":"Kiel"'));
  await books.call("upsert_customer", { id, city: "Bremen", expected_version: 2 });
});

it("refuses a currency that ISO 4217 does not list, and text that would break a header", async () => {
  const books = await openBooks();
  await expect(
    books.call("upsert_customer", { external_id: "x", name: "X", currency: "XYZ" }),
  ).rejects.toMatchObject(refusal("INPUT_INVALID", '"XYZ"', "EUR"));
  for (const name of ["two\nlines", "nul\0", "\ud800", ""]) {
    await expect(books.call("upsert_customer", { external_id: "x", name })).rejects.toThrow();
  }
});

it("finds by part of a name, without treating % and _ as wildcards", async () => {
  const books = await openBooks();
  await books.customer({ name: "Holm Sailing School", external_id: "H_1" });
  await books.customer({ name: "100% Marine" });
  const names = async (query: string) => {
    const { items } = await books.call("search_customers", { query });
    return (items as { name: string }[]).map(({ name }) => name);
  };
  expect(await names("sailing")).toEqual(["Holm Sailing School"]);
  expect(await names("0%")).toEqual(["100% Marine"]);
  expect(await names("%")).toEqual(["100% Marine"]);
  expect(await names("h_")).toEqual(["Holm Sailing School"]);
  expect(await names("\\")).toEqual([]);
});

it("pages through all customers once, also those with the same name", async () => {
  const books = await openBooks();
  for (let i = 0; i < 7; i += 1) await books.customer({ name: i < 4 ? "Same" : `Other ${i}` });
  const seen: unknown[] = [];
  let cursor: unknown;
  do {
    const page = await books.call("search_customers", { limit: 2, ...(cursor ? { cursor } : {}) });
    seen.push(...(page.items as { id: string }[]).map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  expect(seen).toHaveLength(7);
  expect(new Set(seen).size).toBe(7);
  await expect(books.call("search_customers", { cursor: "nonsense" })).rejects.toMatchObject({
    code: "INPUT_INVALID",
  });
});
