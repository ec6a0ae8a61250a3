import { createPrivateKey, createPublicKey } from "node:crypto";
import { join, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { createNotary, type Notary, notaryOf } from "../../audit/notary.ts";
import type { NoteVerifier } from "../../audit/signed-note.ts";
import { ensureKeys, readPrivateKey, readPublicKey } from "../../identity/keys.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";

/** The notary of a workspace, with its key; the key is made when there is none. */
export function workspaceNotary(workspace: Workspace, database: DatabaseSync): Notary {
  ensureKeys(workspace.stateDir, "notary");
  const privateKey = createPrivateKey(readPrivateKey(workspace.stateDir, "notary"));
  return createNotary({ database, privateKey, folder: checkpointFolder(workspace) });
}

/** Whose checkpoints a workspace has. */
export function workspaceVerifier(workspace: Workspace): NoteVerifier {
  ensureKeys(workspace.stateDir, "notary");
  return notaryOf(createPublicKey(readPublicKey(workspace.stateDir, "notary")));
}

export function checkpointFolder(workspace: Workspace): string {
  return join(workspace.stateDir, "checkpoints");
}

/** Every folder that holds checkpoints of a workspace: its own, and those that ringmain.yaml names. */
export function checkpointFolders(workspace: Workspace): string[] {
  const named = workspace.config.audit.checkpoints.flatMap((place) => {
    if ("path" in place) return [resolve(workspace.dir, place.path)];
    return "git" in place ? [resolve(workspace.dir, place.git)] : [];
  });
  return [checkpointFolder(workspace), ...named];
}
