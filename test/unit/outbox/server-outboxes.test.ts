import { expect, it } from "vitest";
import { definition as accounting } from "../../../servers/accounting/definition.ts";
import { definition as inventory } from "../../../servers/inventory/definition.ts";
import type { Clock } from "../../../src/core/clock.ts";
import { ensureWriterKey } from "../../../src/identity/keys.ts";
import type { ServerDefinition } from "../../../src/kit/define-tool.ts";
import { openServer } from "../../../src/kit/open-server.ts";
import { openOutbox } from "../../../src/outbox/outbox.ts";
import { createSmtpMailer } from "../../../src/outbox/smtp-mailer.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";
import { startReceiver } from "../../fixtures/smtp/receiver.ts";

const tools = {
  accounting: ["upsert_customer", "create_invoice_draft", "post_invoice", "send_reminder"],
  inventory: ["upsert_supplier", "upsert_item", "create_purchase_order", "send_purchase_order"],
};
const grants = Object.entries(tools).flatMap(([server, names]) => [
  `${server}.*`,
  ...names.map((name) => `${server}.${name}`),
]);

/** A server in this process, called as one agent. */
async function openCalls<Tables, Context>(
  definition: ServerDefinition<Tables, Context>,
  { workspace, clock, token }: { workspace: TemporaryWorkspace; clock: Clock; token: string },
) {
  const server = await openServer(definition, clock, { RINGMAIN_WORKSPACE: workspace.dir });
  return {
    async call(tool: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
      const identify = () => server.identify(token);
      const { error, result = "" } = await server.pipeline.call({ tool, arguments: args, identify });
      if (error !== undefined) throw error;
      return JSON.parse(result);
    },
    [Symbol.dispose]: () => server.close(),
  };
}

it("what the servers queue is mailed once, and their list_outbox shows it", async () => {
  using workspace = await temporaryWorkspace({ agents: { clerk: { tools: grants } } });
  await using receiver = await startReceiver();
  let now = new Date("2026-09-01T08:00:00Z");
  const clock = { now: () => now };
  const token = await workspace.token("agent:clerk", { lifetimeSeconds: 10_000_000 }, now);
  using books = await openCalls(accounting, { workspace, clock, token });
  using stock = await openCalls(inventory, { workspace, clock, token });

  const customer = await books.call("upsert_customer", {
    external_id: "C1",
    name: "Clyde Workboats",
    email: "ann@clyde.example",
    currency: "EUR",
  });
  const draft = await books.call("create_invoice_draft", {
    customer_id: customer.id,
    due_in_days: 14,
    lines: [{ description: "Rope", quantity: 2, unit_price: { minor: 1_000, currency: "EUR" } }],
    reference: "DEAL-0031",
  });
  await books.call("post_invoice", { invoice_id: draft.id });
  now = new Date("2026-11-02T08:00:00Z");
  await books.call("send_reminder", {
    invoice_id: draft.id,
    level: 1,
    subject: "A reminder",
    body: "Please pay.",
  });

  const supplier = await stock.call("upsert_supplier", { name: "Ropewerk" });
  const unit_cost = { minor: 160, currency: "EUR" };
  await stock.call("upsert_item", { sku: "ROPE-12", name: "Rope", unit_cost, supplier_id: supplier.id });
  const lines = [{ sku: "ROPE-12", quantity: 10 }];
  const order = await stock.call("create_purchase_order", { supplier_id: supplier.id, lines });
  await stock.call("send_purchase_order", { purchase_order_id: order.id });

  const unfit: string[] = [];
  const outbox = openOutbox({
    databasePath: workspace.databasePath,
    writerKey: ensureWriterKey(workspace.stateDir),
    mailer: createSmtpMailer({
      host: "127.0.0.1",
      port: receiver.port,
      secure: false,
      from: "books@us.example",
    }),
    clock,
    report: () => {},
    onUnfit: ({ table }) => void unfit.push(table),
  });
  await outbox.tick(now);
  expect(unfit).toEqual([]);
  expect(receiver.received.map(({ to }) => to)).toEqual([["ann@clyde.example"]]);
  expect(await stock.call("list_outbox", {})).toMatchObject({ items: [{ status: "queued", attempts: 0 }] });

  await stock.call("upsert_supplier", { id: supplier.id, email: "orders@ropewerk.example" });
  await outbox.tick(now);
  await outbox.tick(now);
  await outbox.close();
  expect(receiver.received.map(({ to }) => to)).toEqual([["ann@clyde.example"], ["orders@ropewerk.example"]]);
  expect(receiver.received[1]?.text).toContain("Subject: Purchase order PO-0001");
  expect(await stock.call("list_outbox", {})).toMatchObject({ items: [{ status: "sent", attempts: 1 }] });
  expect(await books.call("list_outbox", {})).toMatchObject({
    items: [{ outbox_status: "sent", attempts: 1 }],
  });
});
