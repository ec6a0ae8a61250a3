import { RingmainError } from "../../../src/core/errors.ts";
import type { CrmContext } from "./context.ts";
import { setLeadStatus } from "./leads.ts";
import type { LeadRow } from "./tables.ts";

/** What may become of a lead. */
const allowed = {
  open: ["qualified", "closed"],
  qualified: ["closed"],
  closed: ["open"],
} as const satisfies Record<LeadRow["status"], readonly LeadRow["status"][]>;

/**
 * Moves a lead to another status. Throws STATE_INVALID with the statuses that it may get, INPUT_INVALID when it is
 * closed without a reason.
 */
export async function moveLead(
  call: CrmContext,
  lead: LeadRow,
  status: LeadRow["status"],
  reason: string | undefined,
): Promise<void> {
  const next: readonly LeadRow["status"][] = allowed[lead.status];
  if (!next.includes(status)) {
    const message =
      lead.status === status
        ? `${lead.ref} is ${status} already.`
        : `${lead.ref} is ${lead.status} and cannot become ${status}.`;
    throw new RingmainError("STATE_INVALID", message, {
      hint: `From ${lead.status} it may become: ${next.join(", ")}.`,
    });
  }
  if (status === "closed" && reason === undefined) {
    throw new RingmainError("INPUT_INVALID", "A lead that is closed needs a reason.", {
      hint: "Pass reason, for instance: no budget this year.",
    });
  }
  await setLeadStatus(call, lead, status, status === "closed" ? (reason ?? null) : null);
}
