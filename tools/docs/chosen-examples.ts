import type { Json } from "../../src/core/json.ts";

const eur = (minor: number) => ({ minor, currency: "EUR" });

/** Arguments of tools whose schema alone does not tell what makes sense together, by `server.tool`. */
export const chosenExamples: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  "crm.search_records": { type: "deal", status: ["open"] },
  "crm.upsert_company": { name: "Clyde Workboats", domain: "clyde-workboats.example", country: "GB" },
  "crm.upsert_contact": { name: "Maria Silva", email: "maria@douro.example" },
  "crm.qualify_lead": { id: "LEAD-0007", outcome: "qualified" },
  "crm.create_deal": {
    name: "Fenders for the season",
    company_id: "COMP-0007",
    amount: eur(318_000),
  },
  "crm.update_deal": { id: "DEAL-0031", expected_close_on: "2026-12-15" },
  "crm.upsert_owner": { name: "Nina Berg", email: "nina@harbour.example" },
  "crm.upsert_pipeline": {
    id: "repairs",
    name: "Repairs",
    stages: [
      { stage: "new", name: "New", status: "open", probability_percent: 30, allowed_next: ["won", "lost"] },
      { stage: "won", name: "Won", status: "won", probability_percent: 100, allowed_next: [] },
      { stage: "lost", name: "Lost", status: "lost", probability_percent: 0, allowed_next: [] },
    ],
  },
  "accounting.list_invoices": { status: ["overdue"] },
  "accounting.get_invoice": { number: "INV-2026-0042" },
  "accounting.upsert_customer": { external_id: "4711", name: "Douro Yachts", email: "maria@douro.example" },
  "accounting.import_invoice": {
    external_id: "10248",
    customer_external_id: "4711",
    issued_on: "2026-11-02",
    currency: "EUR",
    lines: [{ description: "Rope, 12 mm", quantity: 2, unit_price: eur(49_800) }],
  },
  "accounting.update_invoice_draft": { invoice_id: "inv_0001", reference: "DEAL-0031" },
  "accounting.post_journal": {
    entry_on: "2026-11-23",
    memo: "Rent for November",
    lines: [
      { account_id: "5200", debit: eur(120_000) },
      { account_id: "1000", credit: eur(120_000) },
    ],
  },
  "accounting.upsert_account": { id: "5200", name: "Rent", type: "expense" },
  "accounting.upsert_tax_code": { id: "vat-19", name: "VAT 19 %", rate: "0.19" },
  "accounting.set_exchange_rate": { currency: "USD", day: "2026-11-23", rate: "0.9213" },
  "accounting.update_settings": { base_currency: "EUR" },
  "inventory.upsert_item": { sku: "ROPE-12", name: "Rope, 12 mm", unit_cost: eur(185) },
  "inventory.upsert_supplier": { name: "Rope Works", email: "orders@rope-works.example" },
};
