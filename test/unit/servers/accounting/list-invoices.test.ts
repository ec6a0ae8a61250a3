import { beforeAll, describe, expect, it } from "vitest";
import { openBooks, today } from "./books.ts";

const statuses = ["draft", "open", "overdue", "partly_paid", "paid", "void"];

describe("list_invoices", () => {
  let books: Awaited<ReturnType<typeof openBooks>>;
  let first: string;
  let ids: Record<string, string>;

  beforeAll(async () => {
    books = await openBooks();
    first = (await books.customer()).id;
    const { id: second } = await books.customer();
    const invoice = async (issuedOn: string, paid: number, customer = first) => {
      const { id } = await books.issued(customer, issuedOn, 10_000);
      if (paid > 0) {
        await books.paid(customer, paid, {
          allocations: [{ invoice_id: id, amount: { minor: paid, currency: "EUR" } }],
        });
      }
      return id;
    };
    ids = {
      draft: (await books.draft(first)).id,
      open: await invoice("2026-10-20", 0),
      dueToday: await invoice("2026-10-03", 0), // 30 days before today
      partlyPaid: await invoice("2026-10-21", 4_000),
      late1: await invoice("2026-10-02", 0),
      late21: await invoice("2026-09-12", 500),
      late35: await invoice("2026-08-29", 0, second),
      paid: await invoice("2026-08-01", 10_000),
    };
  });

  const list = async (input: Record<string, unknown>) => {
    const { items } = await books.call("list_invoices", input);
    return items as { id: string; status: string; days_overdue: number; next_reminder_level: number }[];
  };
  const named = async (input: Record<string, unknown>) => {
    const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
    return (await list(input)).map(({ id }) => names.get(id));
  };

  it("filters by each status, with the earliest due day first", async () => {
    expect(await named({ status: ["draft"] })).toEqual(["draft"]);
    expect(await named({ status: ["open"] })).toEqual(["dueToday", "open"]);
    expect(await named({ status: ["partly_paid"] })).toEqual(["partlyPaid"]);
    expect(await named({ status: ["overdue"] })).toEqual(["late35", "late21", "late1"]);
    expect(await named({ status: ["paid"] })).toEqual(["paid"]);
    expect(await named({ status: ["void"] })).toEqual([]);
    expect(await named({ status: ["overdue", "draft"] })).toEqual(["late35", "late21", "late1", "draft"]);
  });

  it("gives every invoice exactly one status, the one it is listed under", async () => {
    let listed = 0;
    for (const status of statuses) {
      const items = await list({ status: [status] });
      expect(items.every((item) => item.status === status)).toBe(true);
      listed += items.length;
    }
    expect(listed).toBe((await list({})).length);
  });

  it("counts days overdue and the dunning level that comes next after those sent", async () => {
    const levels = async () => {
      const overdue = await list({ status: ["overdue"] });
      return overdue.map((item) => [item.days_overdue, item.next_reminder_level]);
    };
    const remind = (invoice_id: string | undefined, level: number) =>
      books.call("send_reminder", { invoice_id, level, subject: "Reminder", body: "Please pay." });
    expect(await levels()).toEqual([
      [35, 1],
      [21, 1],
      [1, 1],
    ]);
    for (const name of ["late35", "late21", "late1"]) await remind(ids[name], 1);
    await remind(ids.late35, 2);
    expect(await levels()).toEqual([
      [35, 3],
      [21, 2],
      [1, 1],
    ]);
    await remind(ids.late35, 3);
    await remind(ids.late21, 2);
    expect(await levels()).toEqual([
      [35, 3],
      [21, 2],
      [1, 1],
    ]);
    for (const item of await list({ status: ["open", "paid", "draft"] })) {
      expect(item).toMatchObject({ days_overdue: 0, next_reminder_level: 1 });
    }
  });

  it("filters by days overdue, customer and invoice day", async () => {
    expect(await named({ min_days_overdue: 21 })).toEqual(["late35", "late21"]);
    expect(await named({ status: ["paid"], min_days_overdue: 1 })).toEqual([]);
    expect(await named({ customer_id: first, status: ["overdue"] })).toEqual(["late21", "late1"]);
    expect(await named({ issued_from: "2026-10-20", issued_to: "2026-10-21" })).toEqual([
      "open",
      "partlyPaid",
    ]);
    expect(await named({ issued_from: today })).toEqual(["draft"]);
  });

  it("lists the newest first when asked", async () => {
    expect((await named({ order: "newest_first" })).slice(0, 3)).toEqual(["draft", "partlyPaid", "open"]);
  });

  it("moves with the day", async () => {
    books.setNow("2026-11-03T00:00:00Z");
    expect(await named({ status: ["overdue"] })).toContain("dueToday");
    books.setNow(`${today}T08:00:00Z`);
  });

  it.each(["due_first", "newest_first"])("pages through everything once, %s", async (order) => {
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const page = await books.call("list_invoices", { order, limit: 3, ...(cursor ? { cursor } : {}) });
      seen.push(...(page.items as { id: string }[]).map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual((await list({ order })).map(({ id }) => id));
    expect(new Set(seen).size).toBe(Object.keys(ids).length);
  });

  it("takes a cursor in the order and in the list that made it only", async () => {
    const { next_cursor: cursor } = await books.call("list_invoices", { order: "due_first", limit: 1 });
    for (const [tool, input] of [
      ["list_invoices", { order: "newest_first", cursor }],
      ["search_customers", { cursor }],
    ] as const)
      await expect(books.call(tool, input)).rejects.toThrow("This cursor was not made by this list.");
  });

  it("refuses unknown statuses and fields", async () => {
    await expect(list({ status: ["late"] })).rejects.toThrow(/overdue/);
    await expect(list({ stats: ["overdue"] })).rejects.toThrow(/stats/);
    await expect(list({ limit: 101 })).rejects.toThrow();
  });

  it.each([
    [{ status: ["overdue"], min_days_overdue: 7 }, "accounting_invoice_by_state"],
    [{ customer_id: "own", status: ["overdue"] }, "accounting_invoice_by_customer"],
    [{}, "accounting_invoice_by_due"],
    [{ order: "newest_first" }, "accounting_invoice_by_issue"],
  ])("reads %j by an index, without a scan of the table or a sort", async (input, index) => {
    const statements: string[] = [];
    const { database, call, customer } = await openBooks();
    const { id } = await customer();
    const prepare = database.prepare.bind(database);
    database.prepare = (sql) => {
      statements.push(sql);
      return prepare(sql);
    };
    await call("list_invoices", { ...input, ...("customer_id" in input && { customer_id: id }) });
    const sql = statements.find((statement) => statement.includes("accounting_invoice")) ?? "";
    const parameters = [...sql.matchAll(/\?/g)].map(() => null);
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...parameters)
      .map((row) => String(row.detail));
    expect(plan.join("\n")).toContain(index);
    expect(plan.join("\n")).not.toContain("TEMP B-TREE");
  });
});
