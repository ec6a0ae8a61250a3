import { statSync } from "node:fs";

/**
 * Whether a workspace's state folder is shared with a group: whoever made it lets the group write into it (docs/sharing.md).
 * False for a folder that is not there yet.
 */
function isShared(stateDir: string): boolean {
  const groupWrites = 0o020;
  const mode = statSync(stateDir, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & groupWrites) !== 0;
}

/** From now on this process makes its files for the group of a shared state folder, and for nobody beyond it (umask(2)). */
export function followSharing(stateDir: string): void {
  if (isShared(stateDir)) process.umask(0o007);
}

/** The modes of a secret file in a state folder and of the folder around it. */
export function secretModes(stateDir: string): { file: number; folder: number } {
  return isShared(stateDir) ? { file: 0o640, folder: 0o770 } : { file: 0o600, folder: 0o700 };
}
