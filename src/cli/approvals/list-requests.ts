import { standingOf } from "../../approval/request.ts";
import { listRequests } from "../../approval/requests.ts";
import { systemClock } from "../../core/clock.ts";
import { instantText } from "../clients/standing.ts";
import type { GlobalOptions } from "../command.ts";
import { printable } from "../printable.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { deadEndLines, deadEnds, membersIn } from "./dead-ends.ts";
import { requestDocument } from "./request-document.ts";
import { statusText } from "./request-lines.ts";

/** Lists the requests that wait for people or for their call to be made; with `all`, all there ever were. */
export async function showRequests({ all = false }: { all?: boolean }, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const now = systemClock.now();
  const membersOf = membersIn(workspace);
  const { documents, pending } = await withDatabase(workspace, now, (database) => {
    const requests = listRequests(database, { all }).filter(
      (request) => all || standingOf(request, now) !== "expired",
    );
    return {
      documents: requests.map((request) => requestDocument(database, request, { now, membersOf })),
      pending: requests.filter((request) => standingOf(request, now) === "pending"),
    };
  });
  if (json) return terminal.json({ approvals: documents });
  const { colour } = terminal;
  for (const { id, status, tool, principal, roles, created_at, expires_at } of documents) {
    terminal.print(`${id}  ${statusText(status, colour)}  ${tool}  by ${printable(principal)}`);
    const until =
      status === "pending" || status === "approved" ? ` · expires ${instantText(expires_at)}` : "";
    terminal.print(colour.dim(`  asks ${roles.join(" and ")} · since ${instantText(created_at)}${until}`));
  }
  if (documents.length === 0)
    terminal.note(all ? "Nothing was ever asked." : "Nothing waits for an approval.");
  else if (pending.length > 0)
    terminal.note(
      "`ringmain approvals show <id>` shows what is asked; the end of an id is enough to name it.",
    );
  for (const line of deadEndLines(deadEnds(pending, workspace))) terminal.note(line);
}
