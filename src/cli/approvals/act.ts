import type { ApprovalRequest } from "../../approval/request.ts";
import type { Act } from "../act-as-person.ts";

export type Decision = "approved" | "rejected";

/** How a decision about a request stands in the trail. */
export function decisionAct(
  request: Pick<ApprovalRequest, "id" | "principal">,
  decision: Decision,
  reason: string | undefined,
): Act {
  return {
    kind: "approval",
    tool: decision === "approved" ? "ringmain.approve_call" : "ringmain.reject_call",
    effect: "update",
    principal: request.principal,
    approval: request.id,
    reason,
  };
}
