import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { RingmainError } from "../../core/errors.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import { everyone, isPaused, listPauses, resumePrincipal } from "../../identity/pauses.ts";
import { actAsPerson } from "../act-as-person.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { requireKnown } from "../known-principal.ts";
import { pauseDocument, pausedName } from "../pause-line.ts";
import { personAt } from "../person.ts";
import { readReason } from "../reason.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";

interface ResumeOptions {
  all?: true;
  reason?: string;
}

export function define(command: Command): void {
  command
    .argument("[principal]", "agent:NAME, client:NAME or user:NAME, as `ringmain pause` lists it")
    .option("--all", "lift the pause of the whole workspace; who is paused by name stays paused")
    .option("--reason <text>", "why; it stays in the trail")
    .addHelpText(
      "after",
      `
The very next call is decided as ever. A run that failed while its agent was paused is not taken up again: start it
anew.
${examples([
  ["ringmain resume agent:collector", "let one agent go on"],
  ["ringmain resume --all", "let everyone go on who is not paused by name"],
])}`,
    )
    .action((principal: string | undefined, options: ResumeOptions) => {
      if ((principal === undefined) === (options.all === undefined)) {
        throw new RingmainError("INPUT_INVALID", "Name one principal to resume, or say --all.", {
          hint: "`ringmain pause --list` lists who is paused.",
        });
      }
      return resume(principal ?? everyone, options.reason, globalOptions(command));
    });
}

async function resume(principal: string, given: string | undefined, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const reason = readReason(given);
  const now = systemClock.now();
  const { changed, left } = await withDatabase(workspace, now, async (database) => {
    // whoever is paused may be resumed, also when the file or the client is gone by now
    if (principal !== everyone && !isPaused(database, principal))
      requireKnown(principal, workspace, database);
    const act = { kind: "pause", tool: "ringmain.resume", effect: "delete", principal, reason } as const;
    return actAsPerson(
      { database, writerKey: ensureWriterKey(workspace.stateDir), person: personAt(workspace), act, now },
      () => {
        const changed = resumePrincipal(database, principal);
        const left = listPauses(database);
        return { answer: { changed, left }, changed: changed ? [["identity_pause", principal, 0]] : [] };
      },
    );
  });
  if (json) return terminal.json({ principal, changed, paused: left.map(pauseDocument) });
  const { colour } = terminal;
  const name = pausedName(principal);
  terminal.print(changed ? `${colour.green("✓")} ${name} is no longer paused.` : `${name} was not paused.`);
  const concerned = left.filter((row) => principal === everyone || row.principal === everyone);
  if (concerned.length > 0)
    terminal.note(`Still paused: ${concerned.map((row) => pausedName(row.principal)).join(", ")}.`);
}
