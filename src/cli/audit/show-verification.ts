import { statSync } from "node:fs";
import { join } from "node:path";
import type { Checkpoint } from "../../audit/checkpoint.ts";
import { checkpointFiles, readCheckpoint } from "../../audit/notary.ts";
import { countOutcomes } from "../../audit/read.ts";
import { type NoteVerifier, parseVerifier } from "../../audit/signed-note.ts";
import { type Verification, verifyTrail } from "../../audit/verify.ts";
import { messageOf, RingmainError } from "../../core/errors.ts";
import { readWriterKey } from "../../identity/keys.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import type { GlobalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { exitCode } from "../exit-code.ts";
import { readTrail } from "../read-trail.ts";
import { checkpointFolders, workspaceVerifier } from "./workspace-notary.ts";

export interface VerifyOptions {
  checkpoint?: string[];
  key?: string;
  /** False with --no-payloads. */
  payloads?: boolean;
}

/** Verifies the trail, shows what was found, and sets the exit code. */
export async function showVerification(options: VerifyOptions, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const { workspace, database } = readTrail(global.workspace);
  const verifier = options.key === undefined ? workspaceVerifier(workspace) : parseVerifier(options.key);
  const known = readCheckpoints(workspace, options.checkpoint ?? [], verifier);
  const started = performance.now();
  const found = verifyTrail(database, {
    checkpoints: known.checkpoints,
    writerKey: readWriterKey(workspace.stateDir),
    payloads: options.payloads !== false,
    progress: (entries) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${entries} entries …`);
    },
  });
  if (process.stderr.isTTY && found.entries >= 10_000) process.stderr.write("\r\x1b[K");
  const faults = [...found.faults, ...known.faults.map((message) => ({ seq: found.entries, message }))];
  const ok = faults.length === 0;
  if (!ok) process.exitCode = exitCode.runFailed;
  const every = workspace.config.audit.checkpoint_every;
  if (json) {
    const unsealed = { entries: found.entries - found.sealed, checkpoint_every: every };
    return terminal.json({ ...found, unsealed, faults, outcomes: countOutcomes(database), ok });
  }

  const { colour } = terminal;
  for (const { seq, message } of faults) terminal.print(`${colour.red("✗")} entry #${seq}: ${message}`);
  if (!ok) {
    terminal.print(
      `${colour.red("AUDIT_BROKEN")}  ${counted(faults.length, "fault")} in ${found.entries} entries.`,
    );
    terminal.note(
      "Keep this database as it is and compare it with a backup; the first fault shows where it was changed.",
    );
    return;
  }
  const erased = found.erased > 0 ? `, ${found.erased} payloads erased` : "";
  const ms = Math.round(performance.now() - started);
  terminal.print(`${colour.green("✓")} ${found.entries} entries verified in ${ms} ms${erased}`);
  terminal.print(`  tree head ${found.root}`);
  terminal.print(`  ${sealedLine(found, every)}`);
  terminal.print(`  ${headLine(found)}`);
  terminal.note(
    options.payloads === false
      ? "  This covers the entries and the tree over them, not what stands beside them."
      : "  This covers the trail and its payloads; `ringmain doctor` looks at the database file itself.",
  );
}

/** Which part of the trail no checkpoint covers: only the writers' key vouches for it. */
function sealedLine({ entries, sealed }: Verification, every: string): string {
  if (sealed === 0)
    return "no checkpoint yet: `ringmain audit checkpoint` signs one, `ringmain serve` does by itself";
  if (sealed === entries) return `all of them are sealed by a checkpoint`;
  const open = sealed + 1 === entries ? `entry ${entries} is` : `entries ${sealed + 1} to ${entries} are`;
  return `sealed up to entry ${sealed}; ${open} not sealed yet (while \`ringmain serve\` runs, every ${every})`;
}

/** What stands for the entries after the newest checkpoint, the unsealed window. */
function headLine({ head, entries, sealed }: Verification): string {
  if (head === "unchecked")
    return "the tree head could not be checked: keys/writer.key is not here, as beside a copy of the database";
  if (head === "none") return "there is no tree head to check yet";
  return sealed === entries
    ? "the tree head was written by this workspace's processes"
    : "the tree head was written by this workspace's processes: whoever has the database, but no file of keys/, added nothing";
}

/** The checkpoints in the workspace's places and in those named; one that is not the notary's is a fault. */
function readCheckpoints(
  workspace: Workspace,
  named: readonly string[],
  verifier: NoteVerifier,
): { checkpoints: Checkpoint[]; faults: string[] } {
  const checkpoints: Checkpoint[] = [];
  const faults: string[] = [];
  for (const path of [...checkpointFolders(workspace).flatMap(filesIn), ...named.flatMap(filesOf)]) {
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
