import { requirePending, whyNotDecide } from "../../approval/decide.ts";
import { type ApprovalRequest, rolesAsked } from "../../approval/request.ts";
import { requestOf, waitingRequests } from "../../approval/requests.ts";
import { systemClock } from "../../core/clock.ts";
import { RingmainError } from "../../core/errors.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import { approvalRulesOf } from "../../workspace/load-workspace.ts";
import type { GlobalOptions } from "../command.ts";
import { refusalOf } from "../person.ts";
import { readReason } from "../reason.ts";
import type { Ring } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import type { Decision } from "./act.ts";
import { membersIn } from "./dead-ends.ts";
import { decideAsPerson } from "./decide-as-person.ts";
import { requireTerminal } from "./read-passphrase.ts";
import { detailDocument, requestDocument } from "./request-document.ts";
import { detailSections, erasedText, standingRows } from "./request-sections.ts";
import { requireApprover } from "./unlock-key.ts";

/** The requests for approval, as the screen shows them and a person at it decides about them. */
export function approvalsOnScreen(ring: Ring, global: Pick<GlobalOptions, "input">) {
  const { workspace, database, person } = ring;

  function found(id: string): ApprovalRequest {
    const request = requestOf(database, id);
    if (request !== undefined) return request;
    throw new RingmainError("NOT_FOUND", `There is no request ${id}.`);
  }

  return {
    principal: person.principal,
    list(limit: number) {
      const { count, newest } = waitingRequests(database, { now: systemClock.now(), limit });
      const requests = newest.map(({ id, tool, principal, asks, createdAt }) => {
        return { id, tool, principal, roles: rolesAsked(asks), createdAt: new Date(createdAt) };
      });
      return { waiting: count, requests };
    },
    show(id: string) {
      const request = found(id);
      const document = requestDocument(database, request, {
        now: systemClock.now(),
        membersOf: membersIn(workspace),
      });
      const sections = detailSections(detailDocument(database, request));
      return {
        id,
        status: document.status,
        standing: standingRows(document),
        sections: sections ?? [{ heading: erasedText, rows: [] }],
      };
    },
    mayDecide(id: string) {
      requireTerminal(global);
      const request = found(id);
      requirePending(request, systemClock.now());
      const refusal = refusalOf(person, database) ?? whyNotDecide(request, person);
      if (refusal !== undefined) throw refusal;
      requireApprover(database, person);
    },
    async decide(answer: { id: string; decision: Decision; reason: string; passphrase: string }) {
      requireTerminal(global);
      const { id, decision, passphrase } = answer;
      const reason = readReason(answer.reason.trim() || undefined);
      const { stateDir } = workspace;
      const writerKey = ensureWriterKey(stateDir);
      const { rolesOf } = approvalRulesOf(workspace);
      const request = found(id);
      const common = { writerKey, stateDir, person, request, decision, reason, rolesOf };
      // a connection of its own, since that of the engine may be in a transaction; and durable at once
      return withDatabase(workspace, systemClock.now(), (own) =>
        decideAsPerson({ ...common, database: own, askPassphrase: async () => passphrase }),
      );
    },
  };
}
