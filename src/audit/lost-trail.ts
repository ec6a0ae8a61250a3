import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { RingmainError } from "../core/errors.ts";
import { checkpointFiles } from "./notary.ts";

/** Where a workspace keeps its own checkpoints, beside its database. */
export function checkpointFolderBeside(databasePath: string): string {
  return join(dirname(databasePath), "checkpoints");
}

/**
 * Throws AUDIT_BROKEN where the database is gone and checkpoints say that it had entries: to begin anew without a word
 * would be what somebody wants who removed it. Folders that are not there hold none.
 */
export function requireNoneLost(
  databasePath: string,
  folders: readonly string[] = [checkpointFolderBeside(databasePath)],
): void {
  if (existsSync(databasePath)) return;
  const newest = folders.flatMap((folder) => {
    const file = checkpointFiles(folder).at(-1);
    return file === undefined ? [] : [{ folder, file, entries: Number.parseInt(file, 10) }];
  });
  const [last] = newest.sort((a, b) => b.entries - a.entries);
  if (last === undefined) return;
  throw new RingmainError(
    "AUDIT_BROKEN",
    `The database ${databasePath} is gone. Its trail had ${last.entries} entries or more: ${join(last.folder, last.file)}.`,
    {
      hint:
        `Put a backup of the database in its place; \`ringmain audit verify\` then says whether it is whole. If there is ` +
        `none and a new trail is to begin, move ${folders[0]} to a safe place first.`,
    },
  );
}
