import { existsSync } from "node:fs";
import { pendingNow } from "../../approval/requests.ts";
import { openSqlite } from "../../db/sqlite.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { counted } from "../counted.ts";
import { deadEndLines, deadEnds, rolesWithoutPeople } from "./dead-ends.ts";

type Told = string | { warning: true; detail: string; hint: string };

/** What waits for people, for `doctor`; and a warning where nobody could approve it, or what policies would ask. Read only. */
export function examineApprovals(workspace: Workspace, now: Date): Told {
  const requests = waiting(workspace, now);
  const detail = requests.length === 0 ? "nothing waits" : `${counted(requests.length, "request")} waiting`;
  const inVain = deadEnds(requests, workspace);
  const lines = inVain.length > 0 ? deadEndLines(inVain) : rolesWithoutPeople(workspace).flat();
  return lines.length === 0 ? detail : { warning: true, detail, hint: lines.join("\n") };
}

function waiting({ databasePath }: Workspace, now: Date) {
  if (!existsSync(databasePath)) return [];
  const database = openSqlite({ path: databasePath, readOnly: true });
  try {
    return pendingNow(database, now);
  } finally {
    database.close();
  }
}
