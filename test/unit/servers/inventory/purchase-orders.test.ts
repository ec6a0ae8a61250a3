import { expect, test } from "vitest";
import type {
  MessageRecord,
  MovementRecord,
  OrderRecord,
  OrderSummary,
} from "../../../../servers/inventory/records.ts";
import { addItem, type Inventory, openStocked } from "./inventory-harness.ts";

async function openWithDraft() {
  const { inventory, supplierId } = await openStocked(0);
  await addItem(inventory, "FEND-M", {
    supplier_id: supplierId,
    unit_cost: { minor: 2380, currency: "EUR" },
  });
  const draft = await inventory.call<OrderRecord>("create_purchase_order", {
    supplier_id: supplierId,
    lines: [
      { sku: "ROPE-12", quantity: 50 },
      { sku: "fend-m", quantity: 3 },
    ],
  });
  return { inventory, supplierId, draft };
}

const outbox = (inventory: Inventory, args: Record<string, unknown> = {}) =>
  inventory.all<MessageRecord>("list_outbox", args);

test("a draft has a number, lines at the items' cost and an exact total", async () => {
  const { inventory, supplierId, draft } = await openWithDraft();
  expect(draft).toMatchObject({
    ref: "PO-0001",
    status: "draft",
    supplier: { id: supplierId, name: "Ropewerk" },
    lines: [
      {
        sku: "ROPE-12",
        quantity: 50,
        received: 0,
        outstanding: 50,
        unit_cost: { minor: 160, currency: "EUR" },
      },
      { sku: "FEND-M", quantity: 3 },
    ],
    total: { minor: 50 * 160 + 3 * 2380, currency: "EUR" },
    version: 1,
  });
  expect(inventory.changes()).toEqual([{ table: "inventory_purchase_order", id: draft.id, version: 1 }]);
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({
    on_order: 50,
    open_orders: [{ ref: "PO-0001", status: "draft", outstanding: 50 }],
  });
  expect(await inventory.call("get_purchase_order", { purchase_order_id: "po-1" })).toEqual({
    ...draft,
    links: [],
  });
  expect(await outbox(inventory)).toEqual([]);
});

test.each<[string, (supplierId: string) => Record<string, unknown>, string]>([
  [
    "NOT_FOUND",
    () => ({ supplier_id: "sup_x", lines: [{ sku: "ROPE-12", quantity: 1 }] }),
    "search_suppliers",
  ],
  ["NOT_FOUND", (supplier_id) => ({ supplier_id, lines: [{ sku: "ROPE-99", quantity: 1 }] }), "ROPE-12"],
  [
    "INPUT_INVALID",
    (supplier_id) => ({
      supplier_id,
      lines: [
        { sku: "ROPE-12", quantity: 1 },
        { sku: "rope-12", quantity: 1 },
      ],
    }),
    "one line",
  ],
  ["INPUT_INVALID", (supplier_id) => ({ supplier_id, lines: [{ sku: "LONE", quantity: 1 }] }), "upsert_item"],
  ["STATE_INVALID", (supplier_id) => ({ supplier_id, lines: [{ sku: "OLD", quantity: 1 }] }), "discontinued"],
  [
    "INPUT_INVALID",
    (supplier_id) => ({
      supplier_id,
      lines: [
        { sku: "ROPE-12", quantity: 1 },
        { sku: "USD", quantity: 1 },
      ],
    }),
    "each currency",
  ],
  [
    "INPUT_INVALID",
    (supplier_id) => ({ supplier_id, lines: [{ sku: "GOLD", quantity: 1_000_000_000 }] }),
    "smaller",
  ],
])("refuses a wrong order with %s", async (code, order, hint) => {
  const { inventory, supplierId } = await openStocked();
  await addItem(inventory, "LONE");
  await addItem(inventory, "OLD", { supplier_id: supplierId, discontinued: true });
  await addItem(inventory, "USD", { supplier_id: supplierId, unit_cost: { minor: 1, currency: "USD" } });
  await addItem(inventory, "GOLD", { supplier_id: supplierId, unit_cost: { minor: 1e12, currency: "EUR" } });
  const refusal = await inventory.refusal("create_purchase_order", order(supplierId));
  expect(refusal).toMatchObject({ code, hint: expect.stringContaining(hint) });
  expect(inventory.rows("SELECT * FROM inventory_purchase_order")).toEqual([]);
});

test("the same draft twice is one, unless two are wanted or the first has left", async () => {
  const { inventory, supplierId, draft } = await openWithDraft();
  const lines = [
    { sku: "FEND-M", quantity: 3 },
    { sku: "ROPE-12", quantity: 50 },
  ];
  const order = (more: object = {}) =>
    inventory.call<OrderRecord>("create_purchase_order", { supplier_id: supplierId, lines, ...more });
  expect(await order()).toEqual({ ...draft, duplicate_of: draft.id });
  expect(inventory.changes()).toEqual([]);
  expect(await order({ lines: lines.slice(1) })).toMatchObject({ ref: "PO-0002" });
  expect(await order({ allow_duplicate: true })).toMatchObject({ ref: "PO-0003" });
  await inventory.call("send_purchase_order", { purchase_order_id: "PO-0001" });
  await inventory.call("send_purchase_order", { purchase_order_id: "PO-0003" });
  expect(await order()).toMatchObject({ ref: "PO-0004" });
});

test("an order names its receipts", async () => {
  const { inventory, draft } = await openWithDraft();
  await inventory.call("send_purchase_order", { purchase_order_id: draft.id });
  await inventory.call("receive_purchase_order", { purchase_order_id: draft.id, location: "MAIN" });
  const { links } = await inventory.call<{ links: { ref: string; kind: string }[] }>("get_purchase_order", {
    purchase_order_id: draft.id,
  });
  expect(links).toMatchObject([{ kind: "receipt", direction: "to" }]);
  const movements = await inventory.all("list_movements", { document_id: links[0]?.ref });
  expect(movements).toHaveLength(2);
});

test("sending queues one message in the same transaction", async () => {
  const { inventory, draft } = await openWithDraft();
  inventory.setNow("2026-11-03T09:00:00Z");
  const sent = await inventory.call<OrderRecord>("send_purchase_order", { purchase_order_id: draft.id });
  expect(sent).toMatchObject({
    status: "sent",
    version: 2,
    sent_at: "2026-11-03T09:00:00.000Z",
    outbox_status: "queued",
  });
  expect(inventory.changes()).toEqual([
    { table: "inventory_outbox", id: sent.message_id, version: 1 },
    { table: "inventory_purchase_order", id: draft.id, version: 2 },
  ]);
  expect(await outbox(inventory)).toMatchObject([
    { id: sent.message_id, status: "queued", to: "orders@ropewerk.example", purchase_order_ref: "PO-0001" },
  ]);
  const [message] = await outbox(inventory, { response_format: "detailed", status: ["queued"] });
  expect(message?.body).toContain("3 x FEND-M  Item FEND-M  at 23.80 EUR = 71.40 EUR");
  expect(message?.body).toContain("Total 151.40 EUR, net.");
  const again = await inventory.refusal("send_purchase_order", { purchase_order_id: draft.ref });
  expect(again).toMatchObject({
    code: "STATE_INVALID",
    hint: expect.stringContaining(sent.message_id ?? "?"),
  });
  expect(await outbox(inventory)).toHaveLength(1);
});

test("a message without an address takes the supplier's as soon as there is one", async () => {
  const { inventory } = await openStocked();
  const { id } = await inventory.call<{ id: string }>("upsert_supplier", { name: "No Mail Ltd" });
  await addItem(inventory, "KNOT", { supplier_id: id });
  const order = await inventory.call<OrderRecord>("create_purchase_order", {
    supplier_id: id,
    lines: [{ sku: "KNOT", quantity: 1 }],
  });
  await inventory.call("send_purchase_order", { purchase_order_id: order.id });
  const [waiting] = await outbox(inventory, { supplier_id: id });
  expect(waiting).toMatchObject({ status: "queued" });
  expect(waiting?.to).toBeUndefined();
  await inventory.call("upsert_supplier", { id, email: "now@nomail.example" });
  expect(await outbox(inventory)).toMatchObject([{ to: "now@nomail.example" }]);
});

test("goods arrive in parts, at the agreed cost", async () => {
  const { inventory, draft } = await openWithDraft();
  const receive = (more: object = {}) => ({ purchase_order_id: draft.id, location: "QUAY", ...more });
  expect(await inventory.refusal("receive_purchase_order", receive())).toMatchObject({
    code: "STATE_INVALID",
    hint: expect.stringContaining("send_purchase_order"),
  });
  await inventory.call("send_purchase_order", { purchase_order_id: draft.id });
  await inventory.call("upsert_item", { sku: "ROPE-12", unit_cost: { minor: 999, currency: "EUR" } });
  const part = await inventory.call<OrderRecord>(
    "receive_purchase_order",
    receive({ lines: [{ sku: "ROPE-12", quantity: 20 }] }),
  );
  expect(part).toMatchObject({ status: "partially_received", version: 3 });
  expect(part.lines[0]).toMatchObject({ received: 20, outstanding: 30 });
  expect(await inventory.call("get_stock", { sku: "ROPE-12" })).toMatchObject({ on_hand: 20, on_order: 30 });
  const movements = await inventory.all<MovementRecord>("list_movements", { reference: "PO-0001" });
  expect(movements).toMatchObject([
    { kind: "receipt", quantity: 20, location: "QUAY", unit_cost: { minor: 160 } },
  ]);

  for (const lines of [
    [{ sku: "ROPE-12", quantity: 31 }],
    [
      { sku: "ROPE-12", quantity: 16 },
      { sku: "ROPE-12", quantity: 15 },
    ],
  ]) {
    expect(await inventory.refusal("receive_purchase_order", receive({ lines }))).toMatchObject({
      code: "INPUT_INVALID",
      hint: expect.stringContaining("ROPE-12: 30, FEND-M: 3"),
    });
  }
  const whole = await inventory.call<OrderRecord>("receive_purchase_order", receive());
  expect(whole).toMatchObject({ status: "received", version: 4 });
  expect(await inventory.call("get_stock", { sku: "FEND-M" })).toMatchObject({ on_hand: 3, on_order: 0 });
  expect((await inventory.refusal("receive_purchase_order", receive())).code).toBe("STATE_INVALID");
});

test("two lines of one receipt may be for the same item", async () => {
  const { inventory, draft } = await openWithDraft();
  await inventory.call("send_purchase_order", { purchase_order_id: draft.id });
  const lines = [
    { sku: "FEND-M", quantity: 1 },
    { sku: "fend-m", quantity: 2 },
  ];
  const order = await inventory.call<OrderRecord>("receive_purchase_order", {
    purchase_order_id: draft.id,
    location: "MAIN",
    lines,
  });
  expect(order.lines[1]).toMatchObject({ received: 3, outstanding: 0 });
});

test("cancelling frees what is on order and stops a message that has not left", async () => {
  const { inventory, draft } = await openWithDraft();
  await inventory.call("send_purchase_order", { purchase_order_id: draft.id });
  await inventory.call("receive_purchase_order", {
    purchase_order_id: draft.id,
    location: "MAIN",
    lines: [{ sku: "FEND-M", quantity: 1 }],
  });
  const stale = { purchase_order_id: draft.id, reason: "Too dear", expected_version: 1 };
  expect((await inventory.refusal("cancel_purchase_order", stale)).code).toBe("CONFLICT");
  const cancelled = await inventory.call<OrderRecord>("cancel_purchase_order", {
    purchase_order_id: draft.id,
    reason: "Too dear",
  });
  expect(cancelled).toMatchObject({
    status: "cancelled",
    cancel_reason: "Too dear",
    outbox_status: "cancelled",
  });
  expect(cancelled.lines[1]).toMatchObject({ received: 1, outstanding: 0 });
  expect(inventory.changes().map((change) => change.table)).toEqual([
    "inventory_outbox",
    "inventory_purchase_order",
  ]);
  expect(await inventory.call("get_stock", { sku: "FEND-M" })).toMatchObject({ on_hand: 1, on_order: 0 });
  const again = await inventory.refusal("cancel_purchase_order", {
    purchase_order_id: draft.id,
    reason: "x",
  });
  expect(again.code).toBe("STATE_INVALID");
});

test("orders are filtered, and their numbers have no gaps", async () => {
  const { inventory, supplierId, draft } = await openWithDraft();
  const line = { supplier_id: supplierId, lines: [{ sku: "FEND-M", quantity: 1 }] };
  await inventory.refusal("create_purchase_order", { ...line, lines: [{ sku: "NOPE", quantity: 1 }] });
  inventory.setNow("2026-11-04T10:00:00Z");
  await inventory.call("create_purchase_order", line);
  await inventory.call("send_purchase_order", { purchase_order_id: draft.id });
  const refs = async (args: object) =>
    (await inventory.all<OrderSummary>("list_purchase_orders", { ...args })).map((order) => order.ref);
  expect(await refs({})).toEqual(["PO-0002", "PO-0001"]);
  expect(await refs({ status: ["draft"] })).toEqual(["PO-0002"]);
  expect(await refs({ sku: "ROPE-12" })).toEqual(["PO-0001"]);
  expect(await refs({ created_from: "2026-11-03" })).toEqual(["PO-0002"]);
  expect(await refs({ created_to: "2026-11-02" })).toEqual(["PO-0001"]);
  await expect(refs({ supplier_id: "sup_none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const concise = { purchase_order_id: "PO-0001", response_format: "concise" };
  expect(await inventory.call("get_purchase_order", concise)).not.toHaveProperty("lines");
  const missing = await inventory.refusal("get_purchase_order", { purchase_order_id: "PO-0009" });
  expect(missing).toMatchObject({ code: "NOT_FOUND", hint: expect.stringContaining("list_purchase_orders") });
});

test("the facts of an order are what a policy asks about", async () => {
  const { inventory, supplierId } = await openWithDraft();
  const facts = (name: string, input: Record<string, unknown>) => {
    const tool = inventory.tool(name);
    return inventory.inTransaction(async () =>
      tool.resource?.(tool.input.parse(input), inventory.contextNow()),
    );
  };
  const total = { minor: 15_140, currency: "EUR" };
  expect(await facts("send_purchase_order", { purchase_order_id: "PO-0001" })).toEqual({
    supplier_id: supplierId,
    status: "draft",
    total,
  });
  const lines = [{ sku: "FEND-M", quantity: 2 }];
  expect(await facts("create_purchase_order", { supplier_id: supplierId, lines })).toEqual({
    supplier_id: supplierId,
    line_count: 1,
    total: { minor: 4760, currency: "EUR" },
  });
  const adjustment = { sku: "FEND-M", location: "MAIN", quantity: -2, reason: "Lost" };
  expect(await facts("adjust_stock", adjustment)).toMatchObject({ quantity: -2, value: { minor: 4760 } });
});
