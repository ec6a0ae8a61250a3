import { RingmainError } from "../../core/errors.ts";
import type { GlobalOptions } from "../command.ts";
import { readTrail } from "../read-trail.ts";
import { type Cause, causeFinder } from "./cause.ts";
import { causeLines, timeText } from "./cause-text.ts";
import { tableNamed, tablesWith } from "./find-record.ts";
import { type RecordHistory, recordHistory } from "./record-history.ts";

/** Shows what led to each version of a record. With a name alone, it looks for the record that has it. */
export function showWhy(kind: string, name: string | undefined, global: GlobalOptions): void {
  const { terminal, json } = global;
  using trail = readTrail(global.workspace);
  const { workspace, database } = trail;
  const table = name === undefined ? tableOf(database, kind) : tableNamed(database, kind);
  const history = recordHistory(database, table, name ?? kind);
  const causeOf = causeFinder(workspace, database);
  const versions = history.versions.map(({ version, entry }) => ({ version, cause: causeOf(entry) }));
  const seed = history.seed === undefined ? undefined : causeOf(history.seed);
  if (json) terminal.json(document(history, versions, seed));
  else printHistory(history, versions, seed, terminal);
}

function printHistory(
  history: RecordHistory,
  versions: readonly { version: number; cause: Cause }[],
  seed: Cause | undefined,
  terminal: GlobalOptions["terminal"],
): void {
  const { colour } = terminal;
  const { record, version, links } = history;
  const other = record.names.filter((text) => text !== record.id);
  const title = `${record.table.replace("_", ".")} ${[...other, record.id].join(" · ")}`;
  const stands = version === undefined ? "" : `  version ${version}`;
  terminal.print(`${colour.bold(title)}${stands}${record.row === undefined ? "  no such row today" : ""}`);
  if (seed !== undefined) {
    const first = versions[0]?.version;
    const upTo = first === undefined ? "as it stands" : `up to version ${first - 1}`;
    terminal.print(`\n  ${upTo}  sample data, ${timeText(seed.entry.time)}, entry #${seed.entry.seq}`);
  }
  for (const { version: made, cause } of versions) {
    const { entry } = cause;
    terminal.print(`\n  version ${made}  ${timeText(entry.time)}, entry #${entry.seq}`);
    for (const line of causeLines(cause, colour)) terminal.print(line);
  }
  if (history.unexplained)
    terminal.note(
      "\nNo entry tells of the version that stands there: `ringmain audit verify` looks for what was changed.",
    );
  if (links.length === 0) return;
  terminal.print("\n  linked with");
  for (const { ref, kind: what, direction, server } of links)
    terminal.print(`    ${direction === "to" ? "→" : "←"} ${ref}  ${colour.dim(`${what}, by ${server}`)}`);
}

/** The one table that has a record of a name. */
function tableOf(database: Parameters<typeof tablesWith>[0], name: string): string {
  const [table, ...others] = tablesWith(database, name);
  if (table !== undefined && others.length === 0) return table;
  const kinds = [table, ...others].flatMap((found) => found?.replace("_", ".") ?? []);
  throw new RingmainError(
    "NOT_FOUND",
    kinds.length > 0 ? `"${name}" is ${kinds.length} records.` : `No record is called "${name}".`,
    {
      hint:
        kinds.length > 0
          ? `Say which: ${kinds.map((kind) => `ringmain why ${kind} ${name}`).join(", ")}.`
          : "Say what it is, too, as in: ringmain why accounting.invoice INV-2026-0042.",
    },
  );
}

function document(
  { record, version, unexplained, links }: RecordHistory,
  versions: readonly { version: number; cause: Cause }[],
  seed: Cause | undefined,
) {
  return {
    table: record.table,
    id: record.id,
    names: record.names,
    exists: record.row !== undefined,
    version,
    versions: versions.map(({ version: made, cause }) => ({ version: made, ...causeDocument(cause) })),
    sample_data: seed && causeDocument(seed),
    unexplained,
    links,
  };
}

/** A cause as `--json` tells it. */
export function causeDocument({ entry, grant, policies, run, approval, checkpoint }: Cause) {
  return {
    entry,
    grant,
    policies,
    approval,
    run: run && {
      id: run.id,
      step: run.step,
      workflow: run.workflow,
      workflow_hash: run.workflowHash,
      workflow_file: run.workflowFile,
      started_by: run.startedBy,
      started_at: run.startedAt,
      start_entry: run.startEntry,
    },
    checkpoint,
  };
}
