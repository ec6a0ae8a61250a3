/** Columns that every record has: `version` starts at 1 and grows by 1 with each change. */
interface Versioned {
  version: number;
  created_at: string;
  updated_at: string;
}

/** Columns of a record that people search for. */
interface Searchable {
  name_key: string;
  search_text: string;
}

export interface OwnerRow extends Versioned {
  id: string;
  name: string;
  email: string;
  status: "active" | "archived";
}

export interface CompanyRow extends Versioned, Searchable {
  id: string;
  ref: string;
  name: string;
  status: "active" | "archived";
  domain: string | null;
  external_id: string | null;
  country: string | null;
  city: string | null;
  language: string | null;
  phone: string | null;
  owner_id: string;
  last_activity_on: string;
}

export interface ContactRow extends Versioned, Searchable {
  id: string;
  ref: string;
  name: string;
  status: "active" | "archived";
  company_id: string | null;
  email: string | null;
  email_key: string | null;
  phone: string | null;
  job_title: string | null;
  owner_id: string;
  last_activity_on: string;
}

export interface LeadRow extends Versioned, Searchable {
  id: string;
  ref: string;
  name: string;
  status: "open" | "qualified" | "closed";
  source: string;
  note: string | null;
  closed_reason: string | null;
  company_id: string;
  contact_id: string;
  owner_id: string;
  last_activity_on: string;
}

export interface PipelineRow extends Versioned {
  id: string;
  name: string;
  position: number;
}

export interface StageRow {
  pipeline_id: string;
  stage: string;
  name: string;
  position: number;
  status: "open" | "won" | "lost";
  probability_percent: number;
}

export interface StageTransitionRow {
  pipeline_id: string;
  from_stage: string;
  to_stage: string;
}

export interface DealRow extends Versioned, Searchable {
  id: string;
  ref: string;
  name: string;
  pipeline_id: string;
  stage: string;
  /** The status of its stage, kept here so that lists can filter by it. */
  status: "open" | "won" | "lost";
  company_id: string;
  contact_id: string | null;
  lead_id: string | null;
  owner_id: string;
  amount_minor: number;
  currency: string;
  expected_close_on: string | null;
  closed_on: string | null;
  lost_reason: string | null;
  last_activity_on: string;
}

interface DealLineRow {
  deal_id: string;
  position: number;
  sku: string;
  description: string;
  quantity: number;
  unit_price_minor: number;
}

interface DealStageChangeRow {
  id: string;
  deal_id: string;
  from_stage: string;
  to_stage: string;
  reason: string | null;
  merged_from: string | null;
  changed_by: string;
  changed_at: string;
}

export type RecordType = "company" | "contact" | "lead" | "deal";

export interface ActivityRow extends Versioned {
  id: string;
  about_type: RecordType;
  about_id: string;
  kind: "call" | "email" | "meeting" | "note";
  occurred_on: string;
  summary: string;
  logged_by: string;
}

export interface TaskRow extends Versioned {
  id: string;
  ref: string;
  title: string;
  about_type: RecordType;
  about_id: string;
  assignee_id: string;
  status: "open" | "done";
  due_on: string | null;
  outcome: string | null;
  completed_at: string | null;
  created_by: string;
}

/** A record that was merged into another one. */
export interface MergeRow {
  id: string;
  type: RecordType;
  from_id: string;
  from_ref: string;
  from_name: string;
  /** What it was merged into, which may have been merged further since. */
  into_id: string;
  /** JSON of the row, as it was. */
  snapshot: string;
  reason: string | null;
  merged_by: string;
  merged_at: string;
}

/** `domain` and `external_id` name companies, `email` contacts. */
export type AliasKind = "domain" | "external_id" | "email";

interface AliasRow {
  kind: AliasKind;
  value: string;
  record_id: string;
}

/** What the view `crm_record` says of a record of any type. */
export interface RecordRow {
  type: RecordType;
  id: string;
  ref: string;
  name: string;
  status: string;
  owner_id: string;
  company_id: string | null;
  contact_id: string | null;
}

/** The tables of the CRM server, as migrations/ makes them. */
export interface CrmTables {
  crm_sequence: { prefix: string; last: number };
  crm_owner: OwnerRow;
  crm_company: CompanyRow;
  crm_contact: ContactRow;
  crm_lead: LeadRow;
  crm_pipeline: PipelineRow;
  crm_stage: StageRow;
  crm_stage_transition: StageTransitionRow;
  crm_deal: DealRow;
  crm_deal_line: DealLineRow;
  crm_deal_stage_change: DealStageChangeRow;
  crm_activity: ActivityRow;
  crm_task: TaskRow;
  crm_merge: MergeRow;
  crm_alias: AliasRow;
  crm_record: RecordRow;
}
