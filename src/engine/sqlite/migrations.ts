import type { Migration } from "../../db/migrate.ts";

/** The tables of the embedded engine; owner `engine`. */
export const engineMigrations: readonly Migration[] = [
  {
    version: 1,
    name: "runs",
    sql: `
      CREATE TABLE engine_plan (
        hash TEXT PRIMARY KEY,
        workflow TEXT NOT NULL,
        plan TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Numbered in the order in which runs are added. Each index costs every run a page in both of its writes.
      CREATE TABLE engine_run (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        workflow TEXT NOT NULL,
        workflow_hash TEXT NOT NULL,
        agent TEXT NOT NULL,
        plan_hash TEXT NOT NULL REFERENCES engine_plan (hash),
        inputs TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'waiting', 'done', 'failed', 'cancelled')),
        started_by TEXT NOT NULL,
        -- the run that runs this one
        parent TEXT,
        created_at TEXT NOT NULL,
        started_at TEXT,
        finished_at TEXT,
        outputs TEXT,
        error TEXT,
        -- What its steps wait for, by path. Kept while the run goes on.
        waits TEXT,
        -- whether a person has to decide, and the first moment that a step waits for
        asks INTEGER NOT NULL DEFAULT 0,
        wake_at TEXT,
        cancel_requested INTEGER NOT NULL DEFAULT 0,
        active_ms INTEGER NOT NULL DEFAULT 0,
        epoch INTEGER NOT NULL DEFAULT 0,
        lease_owner TEXT,
        lease_pid INTEGER,
        lease_process_start TEXT,
        lease_host TEXT,
        lease_expires_at TEXT,
        -- when inputs, outputs and the error's text were erased
        erased_at TEXT,
        CHECK ((status IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
        CHECK ((lease_owner IS NULL) = (lease_expires_at IS NULL)),
        CHECK (status <> 'waiting' OR (waits IS NOT NULL AND lease_owner IS NULL))
      ) STRICT;

      -- What a run that goes on has decided and no call's entry tells, by path.
      CREATE TABLE engine_memory (
        run TEXT NOT NULL,
        path TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (run, path)
      ) STRICT, WITHOUT ROWID;

      -- Finished runs cost the search for work nothing, however many they are.
      CREATE INDEX engine_run_active ON engine_run (number) WHERE status IN ('pending', 'running');
      CREATE INDEX engine_run_parked ON engine_run (number) WHERE status = 'waiting';
      CREATE INDEX engine_run_asking ON engine_run (number, epoch) WHERE status = 'waiting' AND asks = 1;
      CREATE INDEX engine_run_wake ON engine_run (wake_at) WHERE status = 'waiting' AND wake_at IS NOT NULL;
      CREATE INDEX engine_run_parent ON engine_run (parent) WHERE parent IS NOT NULL;
      CREATE INDEX engine_run_workflow ON engine_run (workflow);
    `,
  },
];
