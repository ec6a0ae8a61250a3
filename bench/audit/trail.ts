import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type Appender, createAppender } from "../../src/audit/append.ts";
import type { EntryDraft } from "../../src/audit/entry.ts";
import { ensureWriterKey } from "../../src/identity/keys.ts";
import { openWorkspaceDatabase } from "../../src/kit/open-store.ts";

/** A trail of calls as a server writes them, some 860 bytes each, with arguments and a result. */
export interface BenchTrail {
  database: DatabaseSync;
  writerKey: ReturnType<typeof ensureWriterKey>;
  /** Appends calls in one transaction. */
  append(count: number): void;
  size(): number;
}

/** Opens a new trail in a folder of its own, and fills it. Commits wait for no disk: what is measured is the work. */
export async function openBenchTrail(dir: string, entries: number): Promise<BenchTrail> {
  mkdirSync(dir);
  const writerKey = ensureWriterKey(dir);
  const database = await openWorkspaceDatabase({
    path: join(dir, "ringmain.db"),
    now: new Date(0),
    synchronous: "normal",
  });
  const appender = createAppender(database, writerKey);
  let size = 0;
  const append = (count: number) => {
    database.exec("BEGIN IMMEDIATE");
    appender.load();
    for (let index = 0; index < count; index += 1) appendCall(appender, size + index);
    appender.store();
    database.exec("COMMIT");
    size += count;
  };
  const group = 1000;
  while (size < entries) append(Math.min(group, entries - size));
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return { database, writerKey, append, size: () => size };
}

const digest = "0123456789abcdef".repeat(4);

function appendCall(appender: Appender, index: number): void {
  const run = `run_019a${String(Math.floor(index / 20)).padStart(28, "0")}`;
  const step = `remind/inv_${index}`;
  const draft: EntryDraft = {
    time: new Date(Date.UTC(2026, 0, 1) + index).toISOString(),
    kind: "call",
    principal: "agent:collector",
    verified_by: "run_token",
    client: "ringmain/0.1.0",
    server: "accounting",
    tool: "accounting.send_reminder",
    effect: "send",
    decision: "allow",
    policies: ["accounting.send_reminder"],
    outcome: "done",
    run,
    step,
    workflow: "payment-reminders",
    workflow_hash: digest,
    tool_hash: digest,
    key: `${run}/${step}`,
    duration_us: 120,
    changed: [["accounting_invoice", `inv_${index}`, 1]],
  };
  appender.append(draft, {
    arguments: `{"invoice_number":"INV-2026-${index}","note":"Please pay within seven days."}`,
    result: `{"invoice_number":"INV-2026-${index}","message_id":"msg_${index}","reminder":{"level":2,"sent_on":"2026-11-23"}}`,
  });
}
