import { requirePending, whyNotDecide } from "../../approval/decide.ts";
import { rolesAsked } from "../../approval/request.ts";
import { findRequest } from "../../approval/requests.ts";
import { systemClock } from "../../core/clock.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import { approvalRulesOf } from "../../workspace/load-workspace.ts";
import { actAsPerson } from "../act-as-person.ts";
import type { GlobalOptions } from "../command.ts";
import { personAt } from "../person.ts";
import { readReason } from "../reason.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { type Decision, decisionAct } from "./act.ts";
import { requireTerminal } from "./read-passphrase.ts";
import { recordDecision } from "./record-decision.ts";
import { detailDocument, requestDocument } from "./request-document.ts";
import { requestLines } from "./request-lines.ts";
import { requireApprover, unlockKey } from "./unlock-key.ts";

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
    const now = systemClock.now();
    const request = findRequest(database, named);
    requirePending(request, now);
    const { id } = request;
    const act = decisionAct(request, decision, reason);
    // who may not decide is not asked for a passphrase
    if (whyNotDecide(request, person) !== undefined) {
      const mayNot = () => whyNotDecide(request, person);
      await actAsPerson({ database, writerKey, person, act, now, mayNot }, () => ({
        answer: undefined,
        changed: [],
      }));
    }
    const approver = requireApprover(database, person);

    const lines = requestLines(
      requestDocument(database, request, now),
      detailDocument(database, request),
      terminal.colour,
    );
    for (const line of lines) process.stderr.write(`${line}\n`);
    const verb = decision === "approved" ? "approve" : "reject";
    const prompt = `Passphrase of ${person.principal} to ${verb} this call: `;
    const privateKey = await unlockKey({ database, writerKey, stateDir, person, approver, act, prompt });

    const { rolesOf } = approvalRulesOf(workspace);
    const common = { database, writerKey, person, id, decision, reason, approver, privateKey, rolesOf };
    const { status, missing } = await recordDecision({ ...common, now: systemClock.now() });
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
