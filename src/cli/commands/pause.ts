import type { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { RingmainError } from "../../core/errors.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import { everyone, listPauses, pausePrincipal } from "../../identity/pauses.ts";
import { actAsPerson } from "../act-as-person.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { requireKnown } from "../known-principal.ts";
import { pauseDetail, pauseDocument, pausedName } from "../pause-line.ts";
import { personAt } from "../person.ts";
import { readReason } from "../reason.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";

interface PauseOptions {
  all?: true;
  list?: true;
  reason?: string;
}

export function define(command: Command): void {
  command
    .argument("[principal]", "agent:NAME, client:NAME or user:NAME; without one, what is paused is listed")
    .option("--all", "every agent, client and person, and the sending of messages")
    .option("--reason <text>", "why; it stays in the trail")
    .option("--list", "list what is paused")
    .addHelpText(
      "after",
      `
From the very next call on, whoever is paused is refused in every process, and each refusal is recorded; a run of a
paused agent fails at its next call. It lasts until \`ringmain resume\`. Only a person with a role may pause and resume.
${examples([
  ["ringmain pause agent:collector", "refuse every call of one agent"],
  ['ringmain pause client:claude-desktop --reason "laptop lost"', "and say why"],
  ["ringmain pause --all", "stop everything"],
  ["ringmain pause", "who is paused, since when, by whom and why"],
])}`,
    )
    .action((principal: string | undefined, options: PauseOptions) => {
      const global = globalOptions(command);
      if (options.all === true && principal !== undefined) {
        throw new RingmainError("INPUT_INVALID", `Name ${principal} or --all, not both.`);
      }
      const target = options.all === true ? everyone : principal;
      if (target === undefined && options.reason === undefined) return showPauses(global);
      if (target !== undefined && options.list !== true) return pause(target, options.reason, global);
      throw new RingmainError("INPUT_INVALID", "It is not clear whether to pause or to list.", {
        hint: "`ringmain pause agent:NAME --reason …` pauses; `ringmain pause --list` lists.",
      });
    });
}

async function pause(principal: string, given: string | undefined, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const reason = readReason(given);
  const now = systemClock.now();
  const person = personAt(workspace);
  if (principal === person.principal) {
    throw new RingmainError("INPUT_INVALID", "You cannot pause yourself: nobody paused may resume anyone.", {
      hint: "`ringmain pause --all` stops every call, and leaves you able to resume them.",
    });
  }
  const { changed, found } = await withDatabase(workspace, now, async (database) => {
    if (principal !== everyone) requireKnown(principal, workspace, database);
    const act = { kind: "pause", tool: "ringmain.pause", effect: "create", principal, reason } as const;
    return actAsPerson(
      { database, writerKey: ensureWriterKey(workspace.stateDir), person, act, now },
      (by) => {
        const changed = pausePrincipal(database, { principal, by, reason, now });
        const found = listPauses(database).find((row) => row.principal === principal);
        return { answer: { changed, found }, changed: changed ? [["identity_pause", principal, 1]] : [] };
      },
    );
  });
  if (found === undefined) throw new Error(`${principal} is not paused after all`);
  if (json) return terminal.json({ ...pauseDocument(found), changed });
  const { colour } = terminal;
  const name = pausedName(principal);
  terminal.print(
    changed
      ? `${colour.yellow("‖")} ${name} is paused: the next call is refused.`
      : `${colour.yellow("‖")} ${name} was paused already, ${pauseDetail(found)}`,
  );
  if (changed) terminal.note(`  ringmain resume ${principal === everyone ? "--all" : principal}`);
}

async function showPauses(global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const workspace = openWorkspace(global.workspace);
  const pauses = await withDatabase(workspace, systemClock.now(), listPauses);
  if (json) return terminal.json({ paused: pauses.map(pauseDocument) });
  for (const found of pauses)
    terminal.print(`${terminal.colour.yellow("‖")} ${pausedName(found.principal)}  ${pauseDetail(found)}`);
  if (pauses.length === 0) terminal.note("Nobody is paused.");
}
