import { adoptHead } from "../../audit/adopt-head.ts";
import type { Checkpoint } from "../../audit/checkpoint.ts";
import { verifyTrail } from "../../audit/verify.ts";
import { systemClock } from "../../core/clock.ts";
import { RingmainError } from "../../core/errors.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import { actAsPerson } from "../act-as-person.ts";
import type { GlobalOptions } from "../command.ts";
import { personAt } from "../person.ts";
import { readReason } from "../reason.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { requireTrusted } from "./read-checkpoints.ts";

/**
 * Goes on with a trail whose writers' key is lost, or is not the one that wrote its head: verifies it, and authenticates
 * the head with the key that the workspace has now. Who did it and why is an entry. Throws AUDIT_BROKEN, and changes
 * nothing, when anything else is wrong with the trail.
 */
export async function adoptTrail(options: { reason: string }, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const reason = readReason(options.reason);
  const writerKey = ensureWriterKey(workspace.stateDir);
  const checkpoints: Checkpoint[] = requireTrusted(workspace);
  const now = systemClock.now();
  const size = await withDatabase(workspace, now, (database) => {
    const [fault] = verifyTrail(database, { checkpoints }).faults;
    if (fault !== undefined) {
      throw new RingmainError("AUDIT_BROKEN", `entry #${fault.seq}: ${fault.message}`, {
        hint: "Only the key may be another one. Restore a backup of the database; `ringmain audit verify` says more.",
      });
    }
    const act = {
      kind: "adopt",
      tool: "ringmain.adopt_trail",
      effect: "update",
      principal: "*",
      reason,
    } as const;
    return actAsPerson({ database, writerKey, person: personAt(workspace), act, now }, () => {
      const size = adoptHead(database, writerKey);
      return { answer: size, changed: size === undefined ? [] : [["audit_tree", "1", size]] };
    });
  });
  if (json) return terminal.json({ adopted: size !== undefined, entries: size ?? null });
  const { colour } = terminal;
  terminal.print(
    size === undefined
      ? "Nothing was to be done: the head of the trail was written with this workspace's key."
      : `${colour.green("✓")} The trail goes on after entry ${size}, under the key that the workspace has now.`,
  );
}
