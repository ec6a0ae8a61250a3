import { rolesAsked } from "../../approval/request.ts";
import { findRequest } from "../../approval/requests.ts";
import { systemClock } from "../../core/clock.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import { approvalRulesOf } from "../../workspace/load-workspace.ts";
import type { GlobalOptions } from "../command.ts";
import { personAt } from "../person.ts";
import { readReason } from "../reason.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import type { Decision } from "./act.ts";
import { membersIn } from "./dead-ends.ts";
import { decideAsPerson } from "./decide-as-person.ts";
import { readPassphrase, requireTerminal } from "./read-passphrase.ts";
import { detailDocument, requestDocument } from "./request-document.ts";
import { requestLines } from "./request-lines.ts";

/** Approves or rejects a request as the person at the keyboard, who sees it and proves themself by their passphrase. */
export async function decideRequest(
  named: string,
  decision: Decision,
  given: string | undefined,
  global: GlobalOptions,
): Promise<void> {
  const { terminal, json } = global;
  requireTerminal(global);
  const reason = readReason(given);
  const workspace = openWorkspace(global.workspace);
  const person = personAt(workspace);
  const { stateDir } = workspace;
  const writerKey = ensureWriterKey(stateDir);
  await withDatabase(workspace, systemClock.now(), async (database) => {
    const request = findRequest(database, named);
    const { id } = request;
    const askPassphrase = () => {
      const document = requestDocument(database, request, {
        now: systemClock.now(),
        membersOf: membersIn(workspace),
      });
      const lines = requestLines(document, detailDocument(database, request), terminal.colour);
      for (const line of lines) process.stderr.write(`${line}\n`);
      const verb = decision === "approved" ? "approve" : "reject";
      return readPassphrase(`Passphrase of ${person.principal} to ${verb} this call: `);
    };
    const { rolesOf } = approvalRulesOf(workspace);
    const common = { database, writerKey, stateDir, person, request, decision, reason, rolesOf };
    const { status, missing } = await decideAsPerson({ ...common, askPassphrase });
    if (json) return terminal.json({ id, status, decision, by: person.principal, missing });
    const { colour } = terminal;
    if (status === "rejected") return terminal.print(`${colour.red("✗")} ${id} is rejected.`);
    if (status === "pending") {
      terminal.print(
        `${colour.yellow("…")} ${id} has your yes; it still needs that of ${missing.join(" and ")}.`,
      );
      return;
    }
    terminal.print(`${colour.green("✓")} ${id} is approved, for ${rolesAsked(request.asks).join(" and ")}.`);
    terminal.note("  The very same call now goes through, once. A run that waits goes on by itself.");
  });
}
