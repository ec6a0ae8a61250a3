import { describe, expect, test } from "vitest";
import { everyPage } from "./every-page.ts";
import { refusal, salesTeam } from "./sales-team.ts";

describe("upsert_company", () => {
  test("adds a company once, however its domain is written, and updates it afterwards", async () => {
    const { crm } = await salesTeam();
    const added = await crm.call("upsert_company", {
      name: "Clyde Workboats",
      domain: "https://www.Clyde-Workboats.example/contact",
      country: "GB",
    });
    expect(added).toMatchObject({
      ref: "COMP-0001",
      domain: "clyde-workboats.example",
      version: 1,
      created: true,
    });
    expect(crm.changes()).toEqual([{ table: "crm_company", id: added.id, version: 1 }]);

    const again = await crm.call("upsert_company", {
      name: "Clyde Workboats",
      domain: "clyde-workboats.example",
    });
    expect(again).toMatchObject({ id: added.id, version: 1, country: "GB", created: false });
    expect(crm.changes()).toEqual([]);

    const renamed = await crm.call("upsert_company", {
      name: "Clyde Workboats Ltd",
      domain: "clyde-workboats.example",
      external_id: "K-17",
    });
    expect(renamed).toMatchObject({ id: added.id, name: "Clyde Workboats Ltd", version: 2, created: false });
    expect(crm.changes()).toEqual([{ table: "crm_company", id: added.id, version: 2 }]);
    const found = await crm.call("search_records", { type: "company", query: "workboats ltd" });
    expect(found.items).toHaveLength(1);
  });

  test("finds by external_id, and refuses keys of two companies", async () => {
    const { crm } = await salesTeam();
    await crm.call("upsert_company", { name: "A", external_id: "1", domain: "a.example" });
    await crm.call("upsert_company", { name: "B", external_id: "2" });
    const moved = await crm.call("upsert_company", { name: "B", external_id: "2", domain: "b.example" });
    expect(moved).toMatchObject({ ref: "COMP-0002", domain: "b.example", created: false });
    const both = await refusal(
      crm.call("upsert_company", { name: "X", external_id: "2", domain: "a.example" }),
    );
    expect(both.code).toBe("CONFLICT");
    expect(both.message).toContain("COMP-0001 A");
    const other = await refusal(
      crm.call("upsert_company", { name: "X", external_id: "3", domain: "a.example" }),
    );
    expect(other).toMatchObject({ code: "CONFLICT", message: expect.stringContaining("external_id is 1") });
  });

  test("refuses a stale version and shows the record as it is", async () => {
    const { crm } = await salesTeam();
    await crm.call("upsert_company", { name: "A", external_id: "1" });
    await crm.call("upsert_company", { name: "A plc", external_id: "1", expected_version: 1 });
    const stale = await refusal(
      crm.call("upsert_company", { name: "A Ltd", external_id: "1", expected_version: 1 }),
    );
    expect(stale).toMatchObject({ code: "CONFLICT", hint: expect.stringContaining('"name":"A plc"') });
    const absent = await refusal(
      crm.call("upsert_company", { name: "N", external_id: "9", expected_version: 1 }),
    );
    expect(absent.code).toBe("NOT_FOUND");
  });

  test.each([
    [{}, "INPUT_INVALID", "domain or an external_id"],
    [{ domain: "gmail.com" }, "INPUT_INVALID", "free mail"],
    [{ domain: "no domain" }, "INPUT_INVALID", "not an internet domain"],
    [{ domain: "co.uk" }, "INPUT_INVALID", "suffix"],
    [{ domain: "mail.yahoo.co.uk" }, "INPUT_INVALID", "free mail"],
    [{ domain: "localhost" }, "INPUT_INVALID", "not an internet domain"],
    [{ domain: "192.168.0.1" }, "INPUT_INVALID", "not an internet domain"],
    [{ external_id: "1", owner_id: "usr_nobody" }, "NOT_FOUND", 'no owner "usr_nobody"'],
  ])("refuses %j", async (keys, code, message) => {
    const { crm } = await salesTeam();
    const error = await refusal(crm.call("upsert_company", { name: "A", ...keys }));
    expect(error).toMatchObject({
      code,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
    expect(crm.database.prepare("SELECT * FROM crm_company").all()).toEqual([]);
  });

  test("knows a company by its registrable domain, and by its id while its keys change", async () => {
    const { crm } = await salesTeam();
    const added = await crm.call("upsert_company", { name: "Clyde", domain: "shop.clyde.co.uk" });
    expect(added).toMatchObject({ domain: "clyde.co.uk" });
    const same = await crm.call("upsert_company", { domain: "https://WWW.clyde.co.uk/", city: "Greenock" });
    expect(same).toMatchObject({ id: added.id, created: false, city: "Greenock", version: 2 });
    const moved = { id: "COMP-0001", domain: "clyde.example", clear: ["city"], status: "archived" };
    const renamed = await crm.call("upsert_company", moved);
    expect(renamed).toMatchObject({ domain: "clyde.example", status: "archived", version: 3 });
    expect(renamed.city).toBeUndefined();
    await crm.call("upsert_company", { name: "Other", domain: "other.example" });
    expect(
      await refusal(crm.call("upsert_company", { id: "COMP-0002", domain: "clyde.example" })),
    ).toMatchObject({
      code: "CONFLICT",
      message: "The domain clyde.example belongs to COMP-0001 Clyde.",
      hint: expect.stringContaining("merge_records"),
    });
    expect(await refusal(crm.call("upsert_company", { domain: "new.example" }))).toMatchObject({
      code: "INPUT_INVALID",
      message: "A new company needs a name.",
    });
  });

  test("does not add a company that one of the same name may be, unless told to", async () => {
    const { crm } = await salesTeam();
    await crm.call("create_lead", { company_name: "Clyde Workboats", contact_name: "Jo" });
    const guarded = { name: "CLYDE workboats", domain: "clyde.example" };
    expect(await crm.call("upsert_company", guarded)).toMatchObject({
      ref: "COMP-0001",
      created: false,
      duplicate_of: "COMP-0001",
    });
    expect(crm.changes()).toEqual([]);
    const branch = await crm.call("upsert_company", { ...guarded, allow_same_name: true });
    expect(branch).toMatchObject({ ref: "COMP-0002", created: true });
    // told apart by its domain: nothing to ask
    const third = await crm.call("upsert_company", {
      name: "Clyde Workboats",
      domain: "third.example",
      external_id: "3",
    });
    expect(third).toMatchObject({ duplicate_of: "COMP-0001" });
    await crm.call("upsert_company", { id: "COMP-0001", domain: "first.example" });
    const fourth = await crm.call("upsert_company", { name: "Clyde Workboats", domain: "fourth.example" });
    expect(fourth).toMatchObject({ ref: "COMP-0003", created: true });
  });

  test("refuses control characters and lone surrogates, which no name has", async () => {
    const { crm } = await salesTeam();
    for (const name of ["a\u0000b", "a\nb", "\ud800", "   "]) {
      await expect(crm.call("upsert_company", { name, external_id: "1" })).rejects.toThrow();
    }
  });
});

describe("owners", () => {
  test("are known by email, listed by name, and get no work once archived", async () => {
    const { crm, nina, tomas } = await salesTeam();
    expect(
      await crm.call("upsert_owner", { name: "Nina Vogel", email: "NINA@harbour.example" }),
    ).toMatchObject({
      id: nina,
      version: 1,
      created: false,
    });
    const gone = { name: "Nina Vogel", email: "nina@harbour.example", status: "archived" };
    expect(await crm.call("upsert_owner", gone)).toMatchObject({ version: 2, status: "archived" });
    const { items } = await crm.call("list_owners");
    expect(items).toMatchObject([{ id: nina }, { id: tomas }]);
    expect(await everyPage(crm, "list_owners", { limit: 1 })).toEqual(items);
    expect(await everyPage(crm, "list_owners", { status: ["archived"] })).toMatchObject([{ id: nina }]);
    const stale = { ...gone, status: "active", expected_version: 1 };
    expect(await refusal(crm.call("upsert_owner", stale))).toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(/^Owner usr_\w+ is at version 2, not 1\.$/),
      hint: expect.stringContaining('"status":"archived"'),
    });
    const refused = await refusal(
      crm.call("upsert_company", { name: "A", external_id: "1", owner_id: nina }),
    );
    expect(refused).toMatchObject({ code: "STATE_INVALID", hint: `Active owners: ${tomas} (Tomás Rivas).` });
    const company = await crm.call("upsert_company", { name: "A", external_id: "1" });
    expect(company.owner).toMatchObject({ id: tomas });
  });
});
