import type { Migration } from "../db/migrate.ts";

/**
 * Tables of the owner `approval`. What a person looks at to decide stands apart from the request, so that it can be
 * erased; the request keeps hashes. A row proves nothing by itself: servers check the signature of each decision.
 */
export const approvalMigrations: readonly Migration[] = [
  {
    version: 1,
    name: "requests, decisions and approvers",
    sql: `
      CREATE TABLE approval_request (
        id TEXT PRIMARY KEY,
        tool TEXT NOT NULL,
        principal TEXT NOT NULL,
        run TEXT,
        -- Who started the run.
        started_by TEXT,
        key TEXT,
        arguments_hash TEXT NOT NULL,
        facts_hash TEXT NOT NULL,
        -- JSON: which role each policy asks, and where the policy stands.
        asks TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'used', 'expired', 'superseded')),
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        requested_entry INTEGER NOT NULL,
        used_entry INTEGER,
        version INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX approval_request_call ON approval_request (principal, tool, arguments_hash);
      CREATE INDEX approval_request_key ON approval_request (key) WHERE key IS NOT NULL;
      CREATE INDEX approval_request_pending ON approval_request (expires_at) WHERE status = 'pending';
      CREATE INDEX approval_request_open ON approval_request (created_at) WHERE status IN ('pending', 'approved');

      -- What a person sees: JSON texts of the arguments, the facts before, the result and the records of a trial.
      CREATE TABLE approval_detail (
        request TEXT PRIMARY KEY REFERENCES approval_request (id),
        arguments TEXT NOT NULL,
        facts TEXT NOT NULL,
        result TEXT NOT NULL,
        changed TEXT NOT NULL,
        erased_at TEXT
      ) STRICT;

      CREATE TABLE approval_decision (
        request TEXT NOT NULL REFERENCES approval_request (id),
        approver TEXT NOT NULL,
        decision TEXT NOT NULL CHECK (decision IN ('approved', 'rejected')),
        key_id TEXT NOT NULL,
        decided_at TEXT NOT NULL,
        reason TEXT,
        -- By the approver's own key, over what statement.ts writes. Base64.
        signature TEXT NOT NULL,
        entry INTEGER,
        PRIMARY KEY (request, approver)
      ) STRICT, WITHOUT ROWID;

      -- The keys of people who may decide. The id is a hash of the public key, and the entry of the enrolment names it.
      CREATE TABLE approval_approver (
        id TEXT PRIMARY KEY,
        principal TEXT NOT NULL,
        public_key TEXT NOT NULL,
        enrolled_at TEXT NOT NULL,
        enrolled_by TEXT NOT NULL,
        entry INTEGER,
        revoked_at TEXT,
        revoked_by TEXT,
        -- Wrong passphrases in a row, and the last of them.
        failures INTEGER NOT NULL DEFAULT 0,
        failed_at TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX approval_approver_current ON approval_approver (principal) WHERE revoked_at IS NULL;

      -- Tells people of new requests; src/outbox delivers it like the servers' own.
      CREATE TABLE approval_outbox (
        id TEXT PRIMARY KEY,
        request TEXT NOT NULL REFERENCES approval_request (id),
        status TEXT NOT NULL,
        recipient TEXT,
        subject TEXT NOT NULL,
        body TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        next_attempt_at TEXT,
        last_error TEXT,
        version INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
      ) STRICT;
      CREATE INDEX approval_outbox_due ON approval_outbox (status, next_attempt_at);
    `,
  },
];
