import type { Migration } from "../../../src/db/migrate.ts";

/**
 * The first schema. Days are `YYYY-MM-DD`, instants RFC 3339 in UTC, money whole minor units (ISO 4217).
 * `search_text` holds what a search looks through, folded by store/search-text.ts.
 * WITHOUT ROWID keeps each table in the order of its ids, which sort by time, and ends every index with the id:
 * a list that is filtered by one index column and paged by id needs no sort.
 */
export const initial: Migration = {
  version: 1,
  name: "initial",
  sql: `
CREATE TABLE crm_sequence (
  prefix TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_owner (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('active', 'archived')),
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_company (
  id TEXT PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'archived')),
  domain TEXT UNIQUE,
  external_id TEXT UNIQUE,
  country TEXT,
  city TEXT,
  language TEXT,
  phone TEXT,
  owner_id TEXT NOT NULL REFERENCES crm_owner (id),
  last_activity_on TEXT NOT NULL,
  name_key TEXT NOT NULL,
  search_text TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_company_by_status ON crm_company (status);
CREATE INDEX crm_company_by_owner ON crm_company (owner_id);
CREATE INDEX crm_company_by_name ON crm_company (name_key);
CREATE INDEX crm_company_by_activity ON crm_company (last_activity_on);
CREATE INDEX crm_company_by_creation ON crm_company (created_at);
CREATE INDEX crm_company_by_update ON crm_company (updated_at);

CREATE TABLE crm_contact (
  id TEXT PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'archived')),
  company_id TEXT REFERENCES crm_company (id),
  email TEXT,
  -- the address in lower case: what makes a contact unique
  email_key TEXT UNIQUE,
  phone TEXT,
  job_title TEXT,
  owner_id TEXT NOT NULL REFERENCES crm_owner (id),
  last_activity_on TEXT NOT NULL,
  name_key TEXT NOT NULL,
  search_text TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK ((email IS NULL) = (email_key IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_contact_by_status ON crm_contact (status);
CREATE INDEX crm_contact_by_owner ON crm_contact (owner_id);
CREATE INDEX crm_contact_by_company ON crm_contact (company_id, name_key);
CREATE INDEX crm_contact_by_activity ON crm_contact (last_activity_on);
CREATE INDEX crm_contact_by_creation ON crm_contact (created_at);
CREATE INDEX crm_contact_by_update ON crm_contact (updated_at);

CREATE TABLE crm_lead (
  id TEXT PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'qualified', 'closed')),
  source TEXT NOT NULL,
  note TEXT,
  closed_reason TEXT,
  company_id TEXT NOT NULL REFERENCES crm_company (id),
  contact_id TEXT NOT NULL REFERENCES crm_contact (id),
  owner_id TEXT NOT NULL REFERENCES crm_owner (id),
  last_activity_on TEXT NOT NULL,
  name_key TEXT NOT NULL,
  search_text TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK ((status = 'closed') = (closed_reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_lead_by_status ON crm_lead (status);
CREATE INDEX crm_lead_by_owner ON crm_lead (owner_id, status);
CREATE INDEX crm_lead_by_contact ON crm_lead (contact_id, status);
CREATE INDEX crm_lead_by_company ON crm_lead (company_id);
CREATE INDEX crm_lead_by_activity ON crm_lead (status, last_activity_on);
CREATE INDEX crm_lead_by_creation ON crm_lead (created_at);
CREATE INDEX crm_lead_by_update ON crm_lead (updated_at);

CREATE TABLE crm_pipeline (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  position INTEGER NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_stage (
  pipeline_id TEXT NOT NULL REFERENCES crm_pipeline (id),
  stage TEXT NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'won', 'lost')),
  probability_percent INTEGER NOT NULL CHECK (probability_percent BETWEEN 0 AND 100),
  PRIMARY KEY (pipeline_id, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_stage_transition (
  pipeline_id TEXT NOT NULL,
  from_stage TEXT NOT NULL,
  to_stage TEXT NOT NULL,
  PRIMARY KEY (pipeline_id, from_stage, to_stage),
  FOREIGN KEY (pipeline_id, from_stage) REFERENCES crm_stage (pipeline_id, stage),
  FOREIGN KEY (pipeline_id, to_stage) REFERENCES crm_stage (pipeline_id, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_deal (
  id TEXT PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  pipeline_id TEXT NOT NULL,
  stage TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'won', 'lost')),
  company_id TEXT NOT NULL REFERENCES crm_company (id),
  contact_id TEXT REFERENCES crm_contact (id),
  -- the lead that it came from
  lead_id TEXT REFERENCES crm_lead (id),
  owner_id TEXT NOT NULL REFERENCES crm_owner (id),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  currency TEXT NOT NULL,
  expected_close_on TEXT,
  closed_on TEXT,
  lost_reason TEXT,
  last_activity_on TEXT NOT NULL,
  name_key TEXT NOT NULL,
  search_text TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  FOREIGN KEY (pipeline_id, stage) REFERENCES crm_stage (pipeline_id, stage),
  CHECK ((status = 'open') = (closed_on IS NULL)),
  CHECK ((status = 'lost') = (lost_reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_deal_by_status ON crm_deal (status);
CREATE INDEX crm_deal_by_owner ON crm_deal (owner_id, status);
CREATE INDEX crm_deal_by_company ON crm_deal (company_id, status);
CREATE INDEX crm_deal_by_stage ON crm_deal (pipeline_id, stage, currency, amount_minor);
CREATE INDEX crm_deal_by_activity ON crm_deal (status, last_activity_on);
CREATE INDEX crm_deal_by_contact ON crm_deal (contact_id);
CREATE INDEX crm_deal_by_lead ON crm_deal (lead_id);
CREATE INDEX crm_deal_by_creation ON crm_deal (created_at);
CREATE INDEX crm_deal_by_update ON crm_deal (updated_at);

CREATE TABLE crm_deal_line (
  deal_id TEXT NOT NULL REFERENCES crm_deal (id),
  position INTEGER NOT NULL,
  sku TEXT NOT NULL,
  description TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_price_minor INTEGER NOT NULL,
  PRIMARY KEY (deal_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_deal_stage_change (
  id TEXT PRIMARY KEY,
  deal_id TEXT NOT NULL REFERENCES crm_deal (id),
  from_stage TEXT NOT NULL,
  to_stage TEXT NOT NULL,
  reason TEXT,
  -- the ref of the deal that made the move, when it was merged into this one
  merged_from TEXT,
  changed_by TEXT NOT NULL,
  changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_deal_stage_change_by_deal ON crm_deal_stage_change (deal_id);

CREATE TABLE crm_activity (
  id TEXT PRIMARY KEY,
  about_type TEXT NOT NULL CHECK (about_type IN ('company', 'contact', 'lead', 'deal')),
  about_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('call', 'email', 'meeting', 'note')),
  occurred_on TEXT NOT NULL,
  summary TEXT NOT NULL,
  logged_by TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_activity_by_record ON crm_activity (about_id, occurred_on);

CREATE TABLE crm_task (
  id TEXT PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  about_type TEXT NOT NULL CHECK (about_type IN ('company', 'contact', 'lead', 'deal')),
  about_id TEXT NOT NULL,
  assignee_id TEXT NOT NULL REFERENCES crm_owner (id),
  status TEXT NOT NULL CHECK (status IN ('open', 'done')),
  due_on TEXT,
  outcome TEXT,
  completed_at TEXT,
  created_by TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK ((status = 'done') = (completed_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_task_by_record ON crm_task (about_id, status);
CREATE INDEX crm_task_by_due ON crm_task (status, due_on);
CREATE INDEX crm_task_by_assignee ON crm_task (assignee_id, status, due_on);

-- A record that was merged into another one, as it was. Rows never change: an old id is followed from row to row.
CREATE TABLE crm_merge (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL CHECK (type IN ('company', 'contact', 'lead', 'deal')),
  from_id TEXT NOT NULL UNIQUE,
  from_ref TEXT NOT NULL UNIQUE,
  from_name TEXT NOT NULL,
  into_id TEXT NOT NULL CHECK (into_id <> from_id),
  snapshot TEXT NOT NULL,
  reason TEXT,
  merged_by TEXT NOT NULL,
  merged_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_merge_by_survivor ON crm_merge (into_id);

-- Further keys by which a record is known: those of the records that were merged into it.
CREATE TABLE crm_alias (
  kind TEXT NOT NULL CHECK (kind IN ('domain', 'external_id', 'email')),
  value TEXT NOT NULL,
  record_id TEXT NOT NULL,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_alias_by_record ON crm_alias (record_id);

-- Every record by its id or its reference. For single look-ups: a join with it would build the whole union.
CREATE VIEW crm_record AS
  SELECT 'company' AS type, id, ref, name, status, owner_id, id AS company_id, NULL AS contact_id FROM crm_company
  UNION ALL
  SELECT 'contact', id, ref, name, status, owner_id, company_id, id FROM crm_contact
  UNION ALL
  SELECT 'lead', id, ref, name, status, owner_id, company_id, contact_id FROM crm_lead
  UNION ALL
  SELECT 'deal', id, ref, name, status, owner_id, company_id, contact_id FROM crm_deal;

INSERT INTO crm_pipeline (id, name, position, version, created_at, updated_at)
  SELECT 'sales', 'Sales', 1, 1, instant, instant FROM (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS instant);
INSERT INTO crm_stage (pipeline_id, stage, name, position, status, probability_percent) VALUES
  ('sales', 'new', 'New', 1, 'open', 10),
  ('sales', 'qualified', 'Qualified', 2, 'open', 25),
  ('sales', 'proposal', 'Proposal sent', 3, 'open', 50),
  ('sales', 'negotiation', 'Negotiation', 4, 'open', 75),
  ('sales', 'won', 'Won', 5, 'won', 100),
  ('sales', 'lost', 'Lost', 6, 'lost', 0);
INSERT INTO crm_stage_transition (pipeline_id, from_stage, to_stage) VALUES
  ('sales', 'new', 'qualified'), ('sales', 'new', 'proposal'), ('sales', 'new', 'lost'),
  ('sales', 'qualified', 'new'), ('sales', 'qualified', 'proposal'), ('sales', 'qualified', 'negotiation'),
  ('sales', 'qualified', 'lost'),
  ('sales', 'proposal', 'qualified'), ('sales', 'proposal', 'negotiation'), ('sales', 'proposal', 'won'),
  ('sales', 'proposal', 'lost'),
  ('sales', 'negotiation', 'proposal'), ('sales', 'negotiation', 'won'), ('sales', 'negotiation', 'lost'),
  ('sales', 'won', 'negotiation'),
  ('sales', 'lost', 'qualified'), ('sales', 'lost', 'proposal'), ('sales', 'lost', 'negotiation');
`,
};
