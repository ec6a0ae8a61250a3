import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type Command, Option } from "commander";
import { type Entry, type Outcome, outcomes } from "../../audit/entry.ts";
import { type EntryFilter, entryLines, lastEntries, payloadLines } from "../../audit/read.ts";
import { type Grouping, groupings } from "../../audit/stats.ts";
import { parseDuration } from "../../core/duration.ts";
import { RingmainError } from "../../core/errors.ts";
import { adoptTrail } from "../audit/adopt-trail.ts";
import { proveEntry } from "../audit/prove-entry.ts";
import { sealNow } from "../audit/seal-now.ts";
import { showSinks } from "../audit/show-sinks.ts";
import { showStats } from "../audit/show-stats.ts";
import { showVerification, type VerifyOptions } from "../audit/show-verification.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { entryHeading, entryLine } from "../entry-line.ts";
import { type EraseOptions, erase } from "../erasure/erase-command.ts";
import { readTrail } from "../read-trail.ts";

interface FilterOptions {
  principal?: string;
  tool?: string;
  run?: string;
  outcome?: Outcome;
  since?: string;
  until?: string;
}

export function define(command: Command): void {
  command.addHelpText(
    "after",
    examples([
      ["ringmain audit tail -n 50 --outcome denied", "the last 50 refusals"],
      ["ringmain audit tail --follow --principal agent:collector", "watch one agent"],
      ["ringmain audit verify", "recompute every hash"],
      ["ringmain audit export -o trail.jsonl", "every entry, one JSON line each"],
      ["ringmain audit erase --subject contact:CONT-0012", "remove what calls said of a person"],
    ]),
  );
  withFilters(command.command("tail").description("the newest entries, oldest first"))
    .option("-n, --lines <number>", "how many", "20")
    .option("-f, --follow", "go on as entries come in, until Ctrl-C")
    .addHelpText(
      "after",
      examples([["ringmain audit tail --since 2h --tool accounting", "two hours of one server"]]),
    )
    .action((options: FilterOptions & { lines: string; follow?: true }, tail: Command) =>
      showTail(options, globalOptions(tail)),
    );
  withFilters(
    command
      .command("stats")
      .description("entries by principal, tool, outcome and day, and how long calls took"),
  )
    .addOption(
      new Option("--by <what...>", "one table or several")
        .choices(groupings)
        .default([...groupings], "all of them"),
    )
    .addHelpText(
      "after",
      `
Days are UTC days. Durations are those of calls inside their transaction, from its start to the entry.
${examples([
  ["ringmain audit stats --since 7d", "a week"],
  ["ringmain audit stats --by principal --outcome denied", "who was refused how often"],
  ["ringmain audit stats --by day tool --json", "for a program"],
])}`,
    )
    .action(({ by, ...options }: FilterOptions & { by: Grouping[] }, stats: Command) =>
      showStats(by, filterOf(options), globalOptions(stats)),
    );
  command
    .command("verify")
    .description("recompute every leaf, the tree and the commitments, and compare them with the checkpoints")
    .option("--checkpoint <path...>", "a checkpoint, or a folder of them, that was kept elsewhere")
    .option("--key <line>", "the notary's key as it was kept elsewhere (else the workspace's own)")
    .option("--no-payloads", "the entries and the tree only, twice as fast: nothing that stands beside them")
    .addHelpText(
      "after",
      examples([
        ["ringmain audit verify --json", "for a monitor: exit code 0 or 1"],
        ["ringmain audit verify --checkpoint /mnt/usb/ring", "against what nobody here could change"],
        ["ringmain audit verify --no-payloads", "millions of entries, every hour"],
      ]),
    )
    .action((options: VerifyOptions, verify: Command) => showVerification(options, globalOptions(verify)));
  command
    .command("checkpoint")
    .description("sign the head of the trail now, and keep the checkpoint in all configured places")
    .addHelpText("after", examples([["ringmain audit checkpoint", "before a backup, for instance"]]))
    .action((_options: unknown, checkpoint: Command) => sealNow(globalOptions(checkpoint)));
  command
    .command("adopt")
    .description(
      "go on with a trail whose keys/writer.key is lost, once everything else about it is verified",
    )
    .requiredOption("--reason <text>", "why; it stays in the trail")
    .addHelpText(
      "after",
      `
Every commit authenticates the head of the trail with keys/writer.key. Where that key is another one, no call can be
recorded. Put the key back from a backup if there is one. Otherwise compare the trail with a checkpoint that was kept
elsewhere (\`ringmain audit verify --checkpoint\`), since nobody else vouches for its newest entries, and then adopt it.
${examples([['ringmain audit adopt --reason "keys lost with the old disk"', "recorded, under your name"]])}`,
    )
    .action((options: { reason: string }, adopt: Command) => adoptTrail(options, globalOptions(adopt)));
  command
    .command("prove")
    .argument("<entry>", "the number of an entry")
    .description("write a proof that an entry stands in the trail as the notary signed it")
    .option("-o, --output <file>", "a file instead of stdout")
    .addHelpText(
      "after",
      examples([
        [
          "ringmain audit prove 118 -o 118.tlog-proof",
          "for an auditor, who needs the notary's key and no access",
        ],
        ["node docs/verify-audit.mjs proof 118.tlog-proof --key KEY", "how the auditor checks it"],
      ]),
    )
    .action((entry: string, options: { output?: string }, prove: Command) =>
      proveEntry(entry, options, globalOptions(prove)),
    );
  command
    .command("erase")
    .description("erase arguments and results: of a person, of single entries, or by age; proofs stay valid")
    .option(
      "--subject <subject>",
      "contact:ID, company:ID, customer:ID, supplier:ID, owner:ID or person:LABEL",
    )
    .option("--value <text...>", "what else the subject is found by, such as a former address")
    .option("--entry <number...>", "entries whose payloads go, whatever they hold")
    .option("--messages", "also the text of messages to or about the subject that were sent")
    .option("--older-than <duration>", "whatever is older, for instance 730d")
    .option("--reason <text>", "why; it stays in the trail, so name the request and not the person")
    .option("--dry-run", "show what would be erased, and change nothing")
    .option("--wait <duration>", "how long to wait for other processes to let go of the file", "30s")
    .option("--finish", "only take off the disk what an earlier erasure could not")
    .addHelpText("after", erasureHelp)
    .action((options: EraseOptions, erased: Command) => erase(options, globalOptions(erased)));
  withFilters(command.command("export").description("entries as JSON lines, exactly as they are hashed"))
    .option("-o, --output <file>", "a file instead of stdout")
    .option("--payloads", "with the arguments and results, and the salts of their commitments")
    .addHelpText(
      "after",
      examples([
        ["ringmain audit export --run run_0199… > run.jsonl", "one run"],
        ["ringmain audit export --payloads -o all.jsonl", "all there is, for docs/verify-audit.mjs"],
      ]),
    )
    .action((options: ExportOptions, exported: Command) => exportEntries(options, globalOptions(exported)));
  command
    .command("sinks")
    .description(
      "how far the files and collectors under sinks: in ringmain.yaml have come, and what keeps them",
    )
    .option("--flush", "send what is new now; the exit code is 1 unless all has arrived")
    .addHelpText(
      "after",
      examples([
        ["ringmain audit sinks --json", "position, lag and failure of each, for a monitor"],
        ["ringmain audit sinks --flush", "where `ringmain serve` does not run, after `ringmain run`"],
      ]),
    )
    .action((options: { flush?: true }, sinks: Command) => showSinks(options, globalOptions(sinks)));
}

const erasureHelp = `
A payload is erased when it mentions the subject's id or reference, one of its e-mail addresses or phone numbers, its full
name as a value of its own, or a --value; so is the payload of every entry that changed its record. So are the inputs,
outputs and errors of ended runs that do. Then the database file is rewritten and its log emptied, and calls wait so long.

What stays: the entries (time, tool, ids and a --reason are hashed), the record itself in its server (change it by a
tool), messages that are to be sent, and payloads of runs that have not ended: they are named, and the exit code is 1.
It can be interrupted: the same command goes on. Only a person with a role may erase. docs/erasure.md says more.
${examples([
  ["ringmain audit erase --subject contact:CONT-0012 --dry-run", "what would go, and what would stay"],
  ['ringmain audit erase --subject contact:CONT-0012 --reason "request 2026-014"', "erase, after asking"],
  ["ringmain audit erase --subject person:2026-015 --value mara@example.com", "somebody without a record"],
  ["ringmain audit erase --entry 118 --yes", "the payload of one entry"],
  ["ringmain audit erase --older-than 730d --yes", "what keep_payloads: does while `ringmain serve` runs"],
])}`;

function withFilters(command: Command): Command {
  return command
    .option("--principal <id>", "for instance agent:collector or user:maria")
    .option("--tool <tool>", "server.tool, or a server")
    .option("--run <id>", "one run")
    .addOption(new Option("--outcome <outcome>", "what became of the call").choices(outcomes))
    .option("--since <time>", "an instant, a day, or how long ago: 2026-11-23T08:00:00Z, 2026-11-23, 2h")
    .option("--until <time>", "the same, exclusive");
}

function filterOf(options: FilterOptions): EntryFilter {
  const { principal, tool, run, outcome, since, until } = options;
  return {
    principal,
    tool,
    run,
    outcome,
    since: since && instantOf(since),
    until: until && instantOf(until),
  };
}

/** Reads `2h` (ago), a day or an instant. */
function instantOf(text: string): string {
  const ago = parseDuration(text);
  const instant = ago === undefined ? new Date(text) : new Date(Date.now() - ago);
  if (Number.isNaN(instant.getTime())) {
    throw new RingmainError("INPUT_INVALID", `"${text}" is no time.`, {
      hint: "Write 2026-11-23T08:00:00Z, 2026-11-23, or how long ago: 30m, 2h, 7d.",
    });
  }
  return instant.toISOString();
}

async function showTail(
  options: FilterOptions & { lines: string; follow?: true },
  global: GlobalOptions,
): Promise<void> {
  const { terminal, json } = global;
  const limit = Number(options.lines);
  if (!Number.isInteger(limit) || limit < 0) {
    throw new RingmainError("INPUT_INVALID", `--lines takes a whole number, not "${options.lines}".`);
  }
  const filter = filterOf(options);
  using trail = readTrail(global.workspace);
  const { database } = trail;
  const show = (entry: Entry) =>
    json ? terminal.json(entry, { line: true }) : terminal.print(entryLine(entry, terminal.colour));

  const entries = lastEntries(database, filter, limit);
  if (!json && terminal.isTty && entries.length > 0) terminal.print(terminal.colour.dim(entryHeading));
  entries.forEach(show);
  if (entries.length === 0 && options.follow !== true) terminal.note("No entries.");
  let after = lastEntries(database, {}, 1).at(-1)?.seq ?? 0;
  while (options.follow === true) {
    await delay(250);
    const fresh = lastEntries(database, { ...filter, after }, 1000);
    fresh.forEach(show);
    after = fresh.at(-1)?.seq ?? after;
  }
}

interface ExportOptions extends FilterOptions {
  output?: string;
  payloads?: true;
}

async function exportEntries(options: ExportOptions, global: GlobalOptions): Promise<void> {
  using trail = readTrail(global.workspace);
  const { database } = trail;
  let count = 0;
  function* lines() {
    const read = options.payloads === true ? payloadLines : entryLines;
    for (const line of read(database, filterOf(options))) {
      count += 1;
      yield `${line}\n`;
    }
  }
  const { output } = options;
  if (output === undefined) return await pipeline(lines, process.stdout, { end: false });
  try {
    await pipeline(lines, createWriteStream(output, { flags: "wx" }));
  } catch (cause) {
    throw new RingmainError("INPUT_INVALID", `${output} cannot be written.`, {
      hint: "It must not exist yet, and its folder must.",
      cause,
    });
  }
  global.terminal.note(`${counted(count, "line")} in ${output}`);
}
