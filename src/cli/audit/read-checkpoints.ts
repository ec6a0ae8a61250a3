import { statSync } from "node:fs";
import { join } from "node:path";
import type { Checkpoint } from "../../audit/checkpoint.ts";
import { checkpointFiles, readCheckpoint } from "../../audit/notary.ts";
import type { NoteVerifier } from "../../audit/signed-note.ts";
import { messageOf, RingmainError } from "../../core/errors.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { checkpointFolders, workspaceVerifier } from "./workspace-notary.ts";

/** The checkpoints in the workspace's places. Throws AUDIT_BROKEN when one of them is not its notary's. */
export function requireTrusted(workspace: Workspace): Checkpoint[] {
  const { checkpoints, faults } = readCheckpoints(workspace, [], () => workspaceVerifier(workspace));
  if (faults[0] === undefined) return checkpoints;
  throw new RingmainError("AUDIT_BROKEN", faults[0], { hint: "`ringmain audit verify` says more." });
}

/**
 * The checkpoints in the workspace's places and in those named; one that is not the notary's is a fault. Asks for the notary
 * only where there is a checkpoint: a trail on a read-only disk may have neither.
 */
export function readCheckpoints(
  workspace: Workspace,
  named: readonly string[],
  notary: () => NoteVerifier,
): { checkpoints: Checkpoint[]; faults: string[] } {
  const checkpoints: Checkpoint[] = [];
  const faults: string[] = [];
  const paths = [...checkpointFolders(workspace).flatMap(filesIn), ...named.flatMap(filesOf)];
  if (paths.length === 0) return { checkpoints, faults };
  const verifier = notary();
  for (const path of paths) {
    try {
      checkpoints.push(readCheckpoint(path, verifier));
    } catch (error) {
      if (error instanceof RingmainError && error.code === "AUDIT_BROKEN") faults.push(messageOf(error));
      else throw error;
    }
  }
  return { checkpoints, faults };
}

/** A file, or the checkpoints in a folder. Throws NOT_FOUND when there is neither. */
function filesOf(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new RingmainError("NOT_FOUND", `There is no checkpoint ${path}.`);
  return stats.isDirectory() ? filesIn(path) : [path];
}

function filesIn(folder: string): string[] {
  return checkpointFiles(folder).map((file) => join(folder, file));
}
