import { DatabaseSync } from "node:sqlite";
import type { TestWorkspace } from "../helpers/workspace.ts";

/** How many writes of the run are committed. */
export function countCommits(workspace: TestWorkspace): number {
  const [row] = workspace.query(
    `SELECT count(*) AS n FROM audit_entry WHERE body ->> '$.kind' = 'call' AND body ->> '$.effect' <> 'read' AND outcome = 'done'
     AND body ->> '$.run' = (SELECT id FROM engine_run WHERE workflow = 'drill')`,
  );
  return Number(row?.n);
}

/** How many calls were answered with the result of an earlier entry. */
export function countRepeats(workspace: TestWorkspace): number {
  const [row] = workspace.query("SELECT count(*) AS n FROM audit_entry WHERE outcome = 'replayed'");
  return Number(row?.n);
}

/**
 * Does something right after the next commit of a call, told which server made it. It gives way to nothing else
 * while it waits, so that it acts before the answer has left the server. Without a commit in time, it is told
 * undefined.
 */
export function onNextCommit(
  workspace: TestWorkspace,
  act: (server: string | undefined) => void,
  patienceMs = 100,
): void {
  const database = new DatabaseSync(workspace.databasePath, { readOnly: true, timeout: 5_000 });
  try {
    const last = database.prepare("SELECT max(seq) AS seq FROM audit_entry");
    const next = database.prepare(
      "SELECT body ->> '$.server' AS server FROM audit_entry WHERE seq > ? AND body ->> '$.kind' = 'call' LIMIT 1",
    );
    const before = Number(last.get()?.seq ?? 0);
    const deadline = performance.now() + patienceMs;
    let row = next.get(before);
    while (row === undefined && performance.now() < deadline) row = next.get(before);
    act(row && String(row.server));
  } finally {
    database.close();
  }
}
