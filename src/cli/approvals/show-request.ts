import { findRequest } from "../../approval/requests.ts";
import { systemClock } from "../../core/clock.ts";
import type { GlobalOptions } from "../command.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { deadEndLines, deadEnds, membersIn } from "./dead-ends.ts";
import { detailDocument, requestDocument } from "./request-document.ts";
import { requestLines } from "./request-lines.ts";

/** Shows one request with all that a person needs to decide about it. */
export async function showRequest(named: string, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const now = systemClock.now();
  const workspace = openWorkspace(global.workspace);
  const { request, document, detail } = await withDatabase(workspace, now, (database) => {
    const found = findRequest(database, named);
    return {
      request: found,
      document: requestDocument(database, found, { now, membersOf: membersIn(workspace) }),
      detail: detailDocument(database, found),
    };
  });
  if (json) return terminal.json({ ...document, ...detail });
  for (const line of requestLines(document, detail, terminal.colour)) terminal.print(line);
  if (document.status !== "pending") return;
  const inVain = deadEnds([request], workspace);
  for (const line of deadEndLines(inVain)) terminal.note(line);
  if (inVain.length > 0) return;
  terminal.note(`ringmain approvals approve ${document.id}`);
  terminal.note(`ringmain approvals reject ${document.id} --reason "…"`);
}
