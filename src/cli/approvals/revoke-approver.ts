import { currentApprover, listApprovers, revokeApprover as revokeKey } from "../../approval/approvers.ts";
import { systemClock } from "../../core/clock.ts";
import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import { type Act, actAsPerson } from "../act-as-person.ts";
import type { GlobalOptions } from "../command.ts";
import { personAt } from "../person.ts";
import { readReason } from "../reason.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { readPassphrase, requireTerminal } from "./read-passphrase.ts";
import { unlockKey } from "./unlock-key.ts";

/**
 * Withdraws a person's key: what they approved and was not used yet is void. One's own takes the passphrase, or whoever
 * sits down at the keyboard could put another in its place; anybody else's a role.
 */
export async function revokeApprover(
  named: string,
  options: { reason?: string },
  global: GlobalOptions,
): Promise<void> {
  const { terminal, json } = global;
  const reason = readReason(options.reason);
  const workspace = openWorkspace(global.workspace);
  const { stateDir } = workspace;
  const writerKey = ensureWriterKey(stateDir);
  const person = personAt(workspace);
  const principal = named.startsWith("user:") ? named : `user:${named}`;
  if (principal === person.principal) requireTerminal(global);
  const key = await withDatabase(workspace, systemClock.now(), async (database) => {
    const approver = currentApprover(database, principal);
    if (approver === undefined) throw noKey(principal, listApprovers(database));
    const act: Act = {
      kind: "approval",
      tool: "ringmain.revoke_approver",
      effect: "update",
      principal,
      reason: [principal, reason].filter((text) => text !== undefined).join(": "),
    };
    if (principal === person.principal) {
      const prompt = `Passphrase of ${principal} to revoke its key: `;
      const askPassphrase = () => readPassphrase(prompt);
      await unlockKey({ database, writerKey, stateDir, person, approver, act, askPassphrase });
    }
    const now = systemClock.now();
    return actAsPerson({ database, writerKey, person, act, now }, (by) => {
      const id = revokeKey(database, { principal, by, now });
      return { answer: id, changed: id === undefined ? [] : [["approval_approver", id, 2]] };
    });
  });
  if (json) return terminal.json({ principal, revoked: key });
  const { colour } = terminal;
  terminal.print(
    `${colour.green("✓")} The key of ${principal} is revoked; what it approved and nobody used is void.`,
  );
}

function noKey(
  principal: string,
  approvers: readonly { principal: string; revokedAt?: string | undefined }[],
) {
  const names = approvers.filter(({ revokedAt }) => revokedAt === undefined).map((one) => one.principal);
  return new RingmainError("NOT_FOUND", `${principal} has no key to revoke.`, {
    hint:
      didYouMean(principal, names) ??
      (names.length > 0 ? `Keys have: ${names.join(", ")}.` : "Nobody has one."),
  });
}
