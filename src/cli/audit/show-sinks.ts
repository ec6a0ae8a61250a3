import { lastEntries } from "../../audit/read.ts";
import { systemClock } from "../../core/clock.ts";
import { type SinkStatus, sinkStatuses } from "../../sinks/sink-status.ts";
import type { GlobalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { exitCode } from "../exit-code.ts";
import { readTrail } from "../read-trail.ts";
import { sinkLines } from "../sink-lines.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspaceSinks } from "./workspace-sinks.ts";

/** How long `--flush` waits for another process that is sending. */
const flushWaitMs = 30_000;

/** Shows how each sink stands; with `flush`, sends what is new first, and fails unless all has arrived. */
export async function showSinks({ flush }: { flush?: true }, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  using trail = readTrail(global.workspace);
  const { workspace, database } = trail;
  const configs = workspace.config.audit.sinks;
  if (flush === true) {
    const { followers, close } = await openWorkspaceSinks(
      workspace,
      { ...sinkLines(terminal.note), failed: () => {} }, // the table says it
      flushWaitMs,
    );
    const arrived = await Promise.all(followers.map((follower) => follower.flush(systemClock.now())));
    await close();
    if (arrived.includes(false)) process.exitCode = exitCode.runFailed;
  }
  const entries = lastEntries(database, {}, 1).at(-1)?.seq ?? 0;
  const sinks = sinkStatuses(configs, { stateDir: workspace.stateDir, entries });
  if (json) return terminal.json({ entries, sinks });
  if (sinks.length === 0) {
    return terminal.note(
      "ringmain.yaml names no sinks (sinks: under audit:); docs/audit-sinks.md shows how.",
    );
  }
  for (const sink of sinks) printSink(sink, terminal);
  if (sinks.some(({ lag }) => lag > 0) && flush !== true) {
    terminal.note("`ringmain serve` and the screen send what is new by themselves; --flush sends it now.");
  }
}

function printSink(
  { sink, position, lag, moved_at, failure }: SinkStatus,
  { print, colour }: Terminal,
): void {
  const mark = failure !== null ? colour.red("✗") : lag === 0 ? colour.green("✓") : colour.yellow("…");
  const behind = lag === 0 ? "all sent" : `${lag} behind`;
  const when = moved_at === null ? "" : `, last at ${moved_at}`;
  print(`${mark} ${sink}: up to entry ${position}, ${behind}${when}`);
  if (failure === null) return;
  const { code, message, hint, failures, since, next_attempt_at } = failure;
  print(`  ${code}: ${message}`);
  if (hint !== null) print(`  ${hint}`);
  print(`  ${counted(failures, "failure")} since ${since}; next try at ${next_attempt_at}`);
}
