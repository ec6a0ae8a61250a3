import { describe, expect, it } from "vitest";
import { definition } from "../../../../servers/accounting/definition.ts";
import { eur, openBooks, refusal, today } from "./books.ts";

const letter = { subject: "Payment reminder", body: "Dear customer,\nplease pay." };

describe("send_reminder", () => {
  it("writes the message to the outbox and remembers the level", async () => {
    const books = await openBooks();
    const { id } = await books.customer({ email: "accounts@holm.example" });
    const invoice = await books.issued(id, "2026-09-01");
    const sent = await books.call("send_reminder", { invoice_id: invoice.id, level: 1, ...letter });
    expect(sent).toEqual({
      message_id: sent.message_id,
      invoice_id: invoice.id,
      number: invoice.number,
      level: 1,
      to: "accounts@holm.example",
      outbox_status: "queued",
      version: 1,
    });
    expect(books.changes().map(({ table }) => table)).toEqual(["accounting_outbox", "accounting_reminder"]);
    expect(
      await books.call("list_outbox", { status: ["queued"], response_format: "detailed" }),
    ).toMatchObject({
      items: [
        {
          message_id: sent.message_id,
          kind: "reminder",
          to: "accounts@holm.example",
          ...letter,
          invoice_number: invoice.number,
          attempts: 0,
        },
      ],
    });
  });

  it("sends each level of an invoice once", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const invoice = await books.issued(id, "2026-08-29");
    const send = (level: number) => books.call("send_reminder", { invoice_id: invoice.id, level, ...letter });
    const { message_id } = await send(1);
    await expect(send(1)).rejects.toMatchObject(
      refusal(
        "CONFLICT",
        `was sent already, on ${today}`,
        `duplicate_of: ${message_id}. The next level is 2`,
      ),
    );
    await send(2);
    await send(3);
    await expect(send(3)).rejects.toMatchObject(refusal("CONFLICT", "level 3", "last one"));
    expect(books.rows("SELECT count(*) AS n FROM accounting_outbox")).toEqual([{ n: 3 }]);
  });

  it("sends the levels in their order, each from its own number of days overdue on", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const outOfTurn = (about: string, next: string) =>
      refusal("STATE_INVALID", `is out of turn: ${about}`, next);
    const send = (invoice_id: string, level: number) =>
      books.call("send_reminder", { invoice_id, level, ...letter });
    const long = await books.issued(id, "2026-06-01");
    const none = outOfTurn("no reminder was sent yet", "The next level is 1.");
    for (const level of [3, 2]) await expect(send(long.id, level)).rejects.toMatchObject(none);
    await send(long.id, 1);
    const one = `the last one was level 1, on ${today}`;
    await expect(send(long.id, 3)).rejects.toMatchObject(outOfTurn(one, "The next level is 2."));

    const late20 = await books.issued(id, "2026-09-13");
    await send(late20.id, 1);
    const later = "The next level is 2, from 21 days overdue on; it is 20 now.";
    await expect(send(late20.id, 2)).rejects.toMatchObject(outOfTurn(one, later));
    expect(await books.call("get_invoice", { id: late20.id })).toMatchObject({ next_reminder_level: 1 });
    books.setNow("2026-11-03T08:00:00Z");
    expect(await books.call("get_invoice", { id: late20.id })).toMatchObject({ next_reminder_level: 2 });
    await send(late20.id, 2);
    await expect(send(late20.id, 1)).rejects.toMatchObject(
      refusal("CONFLICT", `sent already, on ${today}`, "The next level is 3, from 35 days overdue on"),
    );
    expect(books.rows("SELECT count(*) AS n FROM accounting_outbox")).toEqual([{ n: 3 }]);
  });

  it("never sends a lower level after a higher one", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const invoice = await books.issued(id, "2026-06-01");
    const send = (level: number) => books.call("send_reminder", { invoice_id: invoice.id, level, ...letter });
    for (const level of [1, 2, 3]) await send(level);
    // as a database of an earlier version may have it
    books.database.exec("DELETE FROM accounting_reminder WHERE level < 3");
    await expect(send(1)).rejects.toMatchObject(
      refusal("STATE_INVALID", `the last one was level 3, on ${today}`, "Level 3 is the last one"),
    );
  });

  it("refuses an invoice that is not overdue, a customer without email, a strange level", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const send = (invoice_id: string, more = {}) =>
      books.call("send_reminder", { invoice_id, level: 1, ...letter, ...more });
    const paid = await books.issued(id, "2026-08-01", 100);
    await books.paid(id, 100);
    const notDue = await books.posted(id);
    const draft = await books.draft(id);
    for (const invoice of [paid, notDue, draft]) {
      await expect(send(invoice.id)).rejects.toMatchObject(
        refusal("STATE_INVALID", "is not overdue", "status [overdue]"),
      );
    }
    const silent = await books.call("upsert_customer", { external_id: "silent", name: "Silent" });
    const invoice = await books.issued(String(silent.id), "2026-09-01");
    await expect(send(invoice.id)).rejects.toMatchObject(
      refusal("STATE_INVALID", "no email", `upsert_customer, id "${silent.id}"`),
    );
    await expect(send(invoice.id, { level: 4 })).rejects.toThrow();
    await expect(send(invoice.id, { subject: "a\r\nBcc: b@c.example" })).rejects.toThrow(/one line/);
    expect(books.rows("SELECT * FROM accounting_outbox")).toEqual([]);
  });

  it("gives policies the invoice's own facts", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const invoice = await books.issued(id, "2026-09-01", 600_000);
    const tool = definition.tools.find(({ name }) => name === "send_reminder");
    const input = { invoice_id: invoice.id, level: 1, ...letter };
    expect(await tool?.resource?.(input, books.contextNow())).toEqual({
      days_overdue: 32,
      balance: eur(600_000),
      level: 1,
      customer_id: id,
      to: "pay@customer.example",
    });
    // an approval must not be void because a day has passed
    const ofClock = Object.entries(tool?.facts?.shape ?? {}).filter(
      ([, field]) => field.meta()?.clock === true,
    );
    expect(ofClock.map(([name]) => name)).toEqual(["days_overdue"]);
  });
});

describe("list_outbox", () => {
  it("pages through all messages, newest first, and filters by invoice", async () => {
    const books = await openBooks();
    const { id } = await books.customer();
    const sent: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const { id: invoice_id } = await books.issued(id, "2026-09-01");
      if (i >= 2) books.setNow(`${today}T09:00:0${i}Z`);
      const { message_id } = await books.call("send_reminder", { invoice_id, level: 1, ...letter });
      sent.unshift(String(message_id));
    }
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const page = await books.call("list_outbox", { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...(page.items as { message_id: string }[]).map(({ message_id }) => message_id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(sent);
    const [invoice] = books.rows("SELECT invoice_id FROM accounting_outbox LIMIT 1");
    const { items } = await books.call("list_outbox", { invoice_id: invoice?.invoice_id });
    expect(items).toHaveLength(1);
    expect(await books.call("list_outbox", { status: ["sent"] })).toEqual({ items: [] });
    expect(await books.call("list_outbox", { created_from: "2026-11-03" })).toEqual({ items: [] });
    expect(await books.call("list_outbox", { created_to: "2026-11-01" })).toEqual({ items: [] });
    const other = await books.customer();
    expect(await books.call("list_outbox", { customer_id: other.id })).toEqual({ items: [] });
    const own = { customer_id: id, created_from: today, created_to: today };
    const { items: all } = await books.call("list_outbox", own);
    expect(all).toHaveLength(5);
    expect(all).toMatchObject([{ customer_id: id, customer_name: "Customer 1" }, {}, {}, {}, {}]);
    expect(JSON.stringify(all)).not.toContain("please pay");
  });
});
