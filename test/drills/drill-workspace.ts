import { DatabaseSync } from "node:sqlite";
import { makeWorkspace, type TestWorkspace, type WorkspaceFiles } from "../helpers/workspace.ts";

/** What the drill starts from: few records, so that a run is short and its tables are compared at once. */
const setUp = `
agent: builder
steps:
  - id: owner
    call: crm.upsert_owner
    with: { name: Nina Roth, email: nina@harbour.example }
  - id: leads
    for_each: [Aster, Birch, Cedar, Daphne, Elder, Fir]
    as: company
    key: \${{ company }}
    max_parallel: 3
    steps:
      - id: lead
        call: crm.create_lead
        with:
          company_name: \${{ company }}
          contact_name: Kim of \${{ company }}
          name: Moorings for \${{ company }}
          owner_id: \${{ steps.owner.id }}
  - id: supplier
    call: inventory.upsert_supplier
    with: { external_id: S-1, name: Ropery, email: orders@ropery.example }
  - id: items
    for_each: [ROPE-1, ROPE-2, ROPE-3, ROPE-4, ROPE-5, ROPE-6, ROPE-7, ROPE-8]
    as: sku
    key: \${{ sku }}
    max_parallel: 4
    steps:
      - id: item
        call: inventory.upsert_item
        with:
          sku: \${{ sku }}
          name: Rope \${{ sku }}
          supplier_id: \${{ steps.supplier.id }}
          unit_cost: { minor: 250, currency: EUR }
          reorder_point: 5
          opening: { location: MAIN, on_hand: 1000 }
`;

/**
 * The workflow that is killed. It reads from all three servers before it writes, so that none of them starts
 * between the first write and the last; then it writes in sequence and side by side, to all three, with business
 * keys on a call and on a loop. Nothing in it depends on the order in which parallel items get their turn.
 */
const drill = `
agent: clerk
steps:
  - id: leads
    call: crm.search_records
    pages: all
    with: { type: lead, status: [open] }
  - id: items
    call: inventory.search_items
    pages: all
  - id: customers
    call: accounting.search_customers
    pages: all
  - id: sell
    for_each: \${{ steps.leads.items }}
    as: lead
    key: \${{ lead.ref }}
    max_parallel: 4
    steps:
      - id: task
        call: crm.create_task
        once: call-back/\${{ lead.ref }}
        with:
          about: \${{ lead.ref }}
          assignee_id: \${{ lead.owner.id }}
          title: Call \${{ lead.name }} back
          due_on: "2031-01-05"
      - id: note
        call: crm.log_activity
        with: { about: "\${{ lead.ref }}", kind: note, summary: "Sold to \${{ lead.name }}", occurred_on: "2026-01-05" }
      - id: customer
        call: accounting.upsert_customer
        with: { external_id: "\${{ lead.ref }}", name: "\${{ lead.name }}" }
      - id: draft
        call: accounting.create_invoice_draft
        with:
          customer_id: \${{ steps.customer.id }}
          reference: \${{ lead.ref }}
          due_in_days: 0
          lines:
            - { sku: ROPE-1, description: "Rope for \${{ lead.name }}", quantity: 3, unit_price: { minor: 999, currency: EUR } }
      - id: post
        call: accounting.post_invoice
        with: { invoice_id: "\${{ steps.draft.id }}" }
      - id: pay
        call: accounting.record_payment
        with:
          customer_id: \${{ steps.customer.id }}
          amount: { minor: 2000, currency: EUR }
          received_on: "2026-01-06"
          bank_reference: Payment of \${{ lead.ref }}
  - id: count
    for_each: \${{ steps.items.items }}
    as: item
    key: \${{ item.sku }}
    steps:
      - id: adjust
        call: inventory.adjust_stock
        with: { sku: "\${{ item.sku }}", location: MAIN, quantity: -7, reason: "Counted \${{ item.sku }}" }
  - id: hold
    for_each: \${{ steps.leads.items }}
    as: lead
    key: \${{ lead.ref }}
    max_parallel: 3
    once: hold/\${{ lead.ref }}
    steps:
      - id: reserve
        call: inventory.reserve_stock
        with:
          reference: \${{ lead.ref }}
          lines: [{ sku: ROPE-1, quantity: 3 }, { sku: ROPE-2, quantity: 1 }]
      - id: told
        call: crm.create_task
        with: { about: "\${{ lead.ref }}", assignee_id: "\${{ lead.owner.id }}", title: "Tell \${{ lead.name }}" }
  - id: order
    for_each: \${{ steps.items.items }}
    as: item
    key: \${{ item.sku }}
    max_parallel: 2
    steps:
      - id: purchase
        call: inventory.create_purchase_order
        with:
          supplier_id: \${{ item.?supplier.?id.orValue("none") }}
          lines: [{ sku: "\${{ item.sku }}", quantity: 20 }]
      - id: send
        call: inventory.send_purchase_order
        with: { purchase_order_id: "\${{ steps.purchase.id }}" }
outputs:
  sold: \${{ steps.sell.done }}
  counted: \${{ steps.count.done }}
  held: \${{ steps.hold.done }}
  held_before: \${{ steps.hold.already_done }}
  ordered: \${{ steps.order.done }}
`;

const reads = ["crm.*", "accounting.*", "inventory.*"];

/**
 * Makes the workspace that each run of the drill gets a copy of; nobody has its database open. More agents and
 * clients may stand in it.
 */
export async function makeDrillWorkspace(
  more: Pick<WorkspaceFiles, "agents" | "clients"> = {},
): Promise<TestWorkspace> {
  const workspace = await makeWorkspace({
    clients: more.clients ?? {},
    agents: {
      ...more.agents,
      builder: {
        tools: ["crm.upsert_owner", "crm.create_lead", "inventory.upsert_supplier", "inventory.upsert_item"],
      },
      clerk: {
        tools: [
          ...reads,
          "crm.create_task",
          "crm.log_activity",
          "accounting.upsert_customer",
          "accounting.create_invoice_draft",
          "accounting.post_invoice",
          "accounting.record_payment",
          "inventory.adjust_stock",
          "inventory.reserve_stock",
          "inventory.create_purchase_order",
          "inventory.send_purchase_order",
        ],
      },
    },
    workflows: { "set-up": setUp, drill },
  });
  for (const args of [["lock"], ["run", "set-up"]]) {
    const { code, stdout, stderr } = await workspace.ringmain(...args);
    if (code !== 0) throw new Error(`ringmain ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  }
  const database = new DatabaseSync(workspace.databasePath);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return workspace;
}
