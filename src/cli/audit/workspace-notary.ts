import { createPrivateKey, createPublicKey } from "node:crypto";
import { resolve } from "node:path";
import { checkpointFolderBeside } from "../../audit/lost-trail.ts";
import { createNotary, notaryOf, type SealedHead } from "../../audit/notary.ts";
import type { NoteVerifier } from "../../audit/signed-note.ts";
import { systemClock } from "../../core/clock.ts";
import {
  ensureKeys,
  ensureWriterKey,
  hasPublicKey,
  readPrivateKey,
  readPublicKey,
} from "../../identity/keys.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { withDatabase } from "../with-database.ts";

/**
 * Signs the head of the trail now; the notary's key is made when there is none. Undefined for an empty trail. Over a
 * connection of its own, whose commits are on the disk: the runner's are not at once.
 */
export function sealTrail(workspace: Workspace): Promise<SealedHead | undefined> {
  ensureKeys(workspace.stateDir, "notary");
  const privateKey = createPrivateKey(readPrivateKey(workspace.stateDir, "notary"));
  const writerKey = ensureWriterKey(workspace.stateDir);
  const folder = checkpointFolder(workspace);
  return withDatabase(workspace, systemClock.now(), (database) =>
    createNotary({ database, privateKey, writerKey, folder }).seal(),
  );
}

/** Whose checkpoints a workspace has. */
export function workspaceVerifier(workspace: Workspace): NoteVerifier {
  if (!hasPublicKey(workspace.stateDir, "notary")) ensureKeys(workspace.stateDir, "notary");
  return notaryOf(createPublicKey(readPublicKey(workspace.stateDir, "notary")));
}

export function checkpointFolder(workspace: Workspace): string {
  return checkpointFolderBeside(workspace.databasePath);
}

/** Every folder that holds checkpoints of a workspace: its own, and those that ringmain.yaml names. */
export function checkpointFolders(workspace: Workspace): string[] {
  const named = workspace.config.audit.checkpoints.flatMap((place) => {
    if ("path" in place) return [resolve(workspace.dir, place.path)];
    return "git" in place ? [resolve(workspace.dir, place.git)] : [];
  });
  return [checkpointFolder(workspace), ...named];
}
