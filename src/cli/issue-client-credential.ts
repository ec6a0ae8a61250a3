import { userInfo } from "node:os";
import { createAppender } from "../audit/append.ts";
import { transact } from "../db/transaction.ts";
import { issueCredential } from "../identity/credentials.ts";
import { openWorkspaceDatabase } from "../kit/open-store.ts";
import type { Workspace } from "../workspace/load-workspace.ts";

/** Makes the credential of a client, with an entry that says who made it. Returns the secret. */
export async function issueClientCredential(
  workspace: Workspace,
  client: string,
  now: Date,
): Promise<string> {
  const database = await openWorkspaceDatabase({ path: workspace.databasePath, now });
  try {
    const appender = createAppender(database);
    return await transact(database, () => {
      appender.load();
      const principal = `client:${client}`;
      const credential = issueCredential(database, { principal, now });
      appender.append(
        {
          time: now.toISOString(),
          kind: "client",
          principal: `user:${userInfo().username}`,
          verified_by: "runner",
          server: "ringmain",
          tool: "ringmain.issue_credential",
          effect: "create",
          decision: "allow",
          policies: [],
          outcome: "done",
          duration_us: 0,
          changed: [],
        },
        { arguments: JSON.stringify({ principal }) },
      );
      appender.store();
      return credential;
    });
  } finally {
    database.close();
  }
}
