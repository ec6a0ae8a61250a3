import { countOutcomes } from "../../audit/read.ts";
import { parseVerifier } from "../../audit/signed-note.ts";
import { type Verification, verifyTrail } from "../../audit/verify.ts";
import { verifyRecords } from "../../audit/verify-records.ts";
import { readWriterKey } from "../../identity/keys.ts";
import type { GlobalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { exitCode } from "../exit-code.ts";
import { readTrail } from "../read-trail.ts";
import { readCheckpoints } from "./read-checkpoints.ts";
import { workspaceVerifier } from "./workspace-notary.ts";

export interface VerifyOptions {
  checkpoint?: string[];
  key?: string;
  /** False with --no-payloads. */
  payloads?: boolean;
}

/** Verifies the trail, shows what was found, and sets the exit code. */
export async function showVerification(options: VerifyOptions, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  using trail = readTrail(global.workspace);
  const { workspace, database } = trail;
  const given = options.key === undefined ? undefined : parseVerifier(options.key);
  const known = readCheckpoints(
    workspace,
    options.checkpoint ?? [],
    () => given ?? workspaceVerifier(workspace),
  );
  const started = performance.now();
  const writerKey = readWriterKey(workspace.stateDir);
  const payloads = options.payloads !== false;
  const found = verifyTrail(database, {
    checkpoints: known.checkpoints,
    writerKey,
    payloads,
    progress: (entries) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${entries} entries …`);
    },
  });
  if (process.stderr.isTTY && found.entries >= 10_000) process.stderr.write("\r\x1b[K");
  const beside = payloads ? verifyRecords(database, { writerKey }) : undefined;
  const faults = [
    ...found.faults,
    ...(beside?.faults ?? []),
    ...known.faults.map((message) => ({ seq: found.entries, message })),
  ];
  const ok = faults.length === 0;
  if (!ok) process.exitCode = exitCode.runFailed;
  const every = workspace.config.audit.checkpoint_every;
  if (json) {
    const unsealed = { entries: found.entries - found.sealed, checkpoint_every: every };
    const records = beside?.records ?? null;
    return terminal.json({ ...found, records, unsealed, faults, outcomes: countOutcomes(database), ok });
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
  if (beside !== undefined)
    terminal.print(
      `  ${counted(beside.records, "record")} named by entries: each is in the store as its last one left it`,
    );
  terminal.note(
    payloads
      ? "  This covers the trail, its payloads and the versions of records; `ringmain doctor` looks at the file itself."
      : "  This covers the entries and the tree over them, not what stands beside them.",
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
