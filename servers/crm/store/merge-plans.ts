import type { AliasKind, RecordType } from "./tables.ts";

/** What merging means for one type of record. All names are of columns and tables, written here only. */
interface MergePlan {
  table: string;
  /**
   * Unique keys, with the columns that go with each. The survivor takes a key that it lacks; one that it has of its
   * own makes the other's a further key of it.
   */
  keys: readonly { kind: AliasKind; column: string; with: readonly string[] }[];
  /** Columns that the survivor takes over where it has nothing. */
  fill: readonly string[];
  /** Versioned rows that point to the record, besides its activities and tasks. */
  children: readonly { type: "contacts" | "leads" | "deals"; table: string; column: string }[];
}

export const mergePlans: Readonly<Record<RecordType, MergePlan>> = {
  company: {
    table: "crm_company",
    keys: [
      { kind: "domain", column: "domain", with: [] },
      { kind: "external_id", column: "external_id", with: [] },
    ],
    fill: ["country", "city", "language", "phone"],
    children: [
      { type: "contacts", table: "crm_contact", column: "company_id" },
      { type: "leads", table: "crm_lead", column: "company_id" },
      { type: "deals", table: "crm_deal", column: "company_id" },
    ],
  },
  contact: {
    table: "crm_contact",
    keys: [{ kind: "email", column: "email_key", with: ["email"] }],
    fill: ["phone", "job_title", "company_id"],
    children: [
      { type: "leads", table: "crm_lead", column: "contact_id" },
      { type: "deals", table: "crm_deal", column: "contact_id" },
    ],
  },
  lead: {
    table: "crm_lead",
    keys: [],
    fill: ["note"],
    children: [{ type: "deals", table: "crm_deal", column: "lead_id" }],
  },
  deal: {
    table: "crm_deal",
    keys: [],
    fill: ["contact_id", "lead_id", "expected_close_on"],
    children: [],
  },
};
