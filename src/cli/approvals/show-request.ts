import { findRequest } from "../../approval/requests.ts";
import { systemClock } from "../../core/clock.ts";
import type { GlobalOptions } from "../command.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { detailDocument, requestDocument } from "./request-document.ts";
import { requestLines } from "./request-lines.ts";

/** Shows one request with all that a person needs to decide about it. */
export async function showRequest(named: string, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const now = systemClock.now();
  const { document, detail } = await withDatabase(openWorkspace(global.workspace), now, (database) => {
    const request = findRequest(database, named);
    return { document: requestDocument(database, request, now), detail: detailDocument(database, request) };
  });
  if (json) return terminal.json({ ...document, ...detail });
  for (const line of requestLines(document, detail, terminal.colour)) terminal.print(line);
  if (document.status === "pending") {
    terminal.note(`ringmain approvals approve ${document.id}`);
    terminal.note(`ringmain approvals reject ${document.id} --reason "…"`);
  }
}
