import { userInfo } from "node:os";
import { basename, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { keyFinder } from "../../audit/stored-call.ts";
import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import { grantFor } from "../../core/grants.ts";
import { type ToolDescription, toolId } from "../../core/tool-description.ts";
import { callRetry, retryTransient } from "../../engine/retry.ts";
import { rolesOf } from "../../workspace/load-workspace.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { exitCode, exitCodeFor } from "../exit-code.ts";
import { readRecords } from "../import/csv-table.ts";
import { dryCaller } from "../import/dry-run.ts";
import { evaluateRow, type RowCall } from "../import/evaluate-row.ts";
import { importRows } from "../import/import-rows.ts";
import { type PreparedImport, prepareImport } from "../import/prepare-import.ts";
import { showProgress } from "../import/progress.ts";
import { writeRefused } from "../import/refused-file.ts";
import { type ImportReport, printReport, reportDocument } from "../import/report-import.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { reportError } from "../report-error.ts";
import { reportProblems } from "../report-problems.ts";
import { openRing, openWorkspace, type Ring } from "../wire.ts";

interface ImportOptions {
  call: string;
  map: string;
  refused?: string;
  dryRun?: true;
}

/** Calls in flight together: they share transactions, and the store's commits are what takes the time. */
const inFlight = 32;

export function define(command: Command): void {
  command
    .argument("<file>", "the CSV file, UTF-8; its first line names the columns")
    .requiredOption("--call <tool>", "server.tool that each row becomes one call of")
    .requiredOption("--map <file>", "how a row becomes a call; see below")
    .option("--refused <file>", "write the refused rows to this CSV file, each with its reason")
    .option("--dry-run", "check the map and every row; call nothing")
    .addHelpText("after", help)
    .action((file: string, options: ImportOptions) => importFile(file, options, globalOptions(command)));
}

const help = `
The map is a YAML file. Expressions are those of workflows; row holds the columns of a row as text.

  key: orders/\${{ row.OrderID }}                # what identifies a row: its idempotency key
  with:                                         # the arguments of its call
    external_id: \${{ row.OrderID }}
    issued_on: \${{ date(row.OrderDate) }}
    reference: \${{ non_empty(row.Reference) }}   # left out where the column is empty
    customer_external_id: \${{ row["Customer ID"] }}   # a column whose name is no plain word
    currency: USD
    lines: >-
      \${{ lines.map(l, {"description": l.Product, "quantity": int(l.Qty), "unit_price": money(l.Price, "USD")}) }}
  join:                                         # optional: rows of another file that belong to a row
    lines: { file: details.csv, on: { OrderID: OrderID } }   # \`lines\` above is the list of them
  delimiter: ";"                                # optional; a comma by default

Joined files are looked for beside FILE; \`on\` pairs a column of FILE with one of the joined file. Everything is
checked against the tool and the columns before the first call. Up to ${inFlight} calls are in flight, so rows may be
done in another order than they stand in; a file that others refer to is imported before them.

A row that you imported before is not imported again (unchanged); one that has changed since, under the same key,
is refused. So an import that was interrupted is gone on with by the same command. imported + unchanged + refused
are all rows; the exit code is 0 when none was refused, else 1.
${examples([
  ["ringmain import customers.csv --call accounting.upsert_customer --map customers.yaml", "import"],
  [
    "ringmain import orders.csv --call accounting.import_invoice --map invoices.yaml --dry-run",
    "check first",
  ],
  [
    "ringmain import items.csv --call inventory.upsert_item --map items.yaml --refused bad.csv",
    "keep what failed",
  ],
])}`;

async function importFile(file: string, options: ImportOptions, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const started = performance.now();
  const ring = await openRing({ workspace: openWorkspace(global.workspace), log: terminal.note });
  const stop = new AbortController();
  // calls in flight are finished; the servers are ended below
  const interrupted = onInterrupt(async () => stop.abort());
  try {
    const tool = findTool(options.call, await ring.tools());
    requireGrant(ring, tool);
    const prepared = await prepare(file, options, tool, { ring, global });
    if (prepared === undefined) return;
    const { table, joins, rows } = prepared;
    const keepRefused = refusedWriter(options, prepared);
    keepRefused?.([]);
    const unusedRows = Object.fromEntries(
      [...joins.values()]
        .map(({ table: { name }, countUnused }) => [name, countUnused()] as const)
        .filter(([, count]) => count > 0),
    );
    for (const [name, count] of Object.entries(unusedRows)) {
      terminal.note(`${count} rows of ${name} belong to no row of ${table.name} and are left out.`);
    }

    const silent = global.quiet || json;
    const stream = silent ? { write: () => {} } : process.stderr;
    const progress = showProgress({ total: rows, stream, nowMs: () => performance.now() });
    const outcome = await importRows({
      records: readRecords(table),
      evaluate: (record) => evaluateRow(prepared, record),
      call: options.dryRun ? dryCaller(tool, keySearch(ring, tool)) : caller(ring, tool, stop.signal),
      limit: inFlight,
      signal: stop.signal,
      onProgress: progress.update,
    }).finally(progress.end);
    keepRefused?.(outcome.refusals);

    const report: ImportReport = {
      file: basename(file),
      tool: options.call,
      rows,
      outcome,
      dryRun: options.dryRun === true,
      interrupted: interrupted(),
      durationMs: performance.now() - started,
      unusedRows,
    };
    if (json) terminal.json(reportDocument(report));
    else printReport(report, terminal);
    if (outcome.stopped && !json) reportError(outcome.stopped, false);
    process.exitCode = exitCodeOf(report);
  } finally {
    await ring.close();
  }
}

function exitCodeOf({ interrupted, outcome: { stopped, refused } }: ImportReport): number {
  if (interrupted) return exitCode.interrupted;
  if (stopped) return exitCodeFor(stopped);
  return refused > 0 ? exitCode.runFailed : exitCode.done;
}

function findTool(id: string, tools: readonly ToolDescription[]): ToolDescription {
  const tool = tools.find((candidate) => toolId(candidate) === id);
  if (tool !== undefined) return tool;
  throw new RingmainError("NOT_FOUND", `There is no tool "${id}".`, {
    hint: didYouMean(id, tools.map(toolId)) ?? "`ringmain servers` lists the tools.",
  });
}

/** Without a grant every row would be refused for the same reason. */
function requireGrant({ workspace, person }: Ring, tool: ToolDescription): void {
  const grants = rolesOf(workspace, userInfo().username).flatMap(
    (role) => workspace.config.roles[role]?.tools ?? [],
  );
  if (grantFor(grants, tool) !== undefined) return;
  throw new RingmainError("POLICY_DENIED", `${person.principal} has no grant for ${toolId(tool)}.`, {
    hint: `Add ${toolId(tool)} to tools: of a role of yours in ringmain.yaml. Nothing was imported.`,
  });
}

/** Reads and checks everything; undefined when the map has faults, which are then told. */
async function prepare(
  file: string,
  options: ImportOptions,
  tool: ToolDescription,
  { ring, global }: { ring: Ring; global: GlobalOptions },
): Promise<PreparedImport | undefined> {
  const { prepared, problems } = await prepareImport({ file, mapFile: options.map, tool });
  if (prepared !== undefined) return prepared;
  if (global.json) {
    throw new RingmainError("WORKFLOW_INVALID", `${options.map} has faults.`, { details: { problems } });
  }
  const { workspace } = ring;
  // the map may stand anywhere: its path is told as it was given
  const dir = process.cwd();
  const placed = problems.map((problem) => ({ ...problem, file: relative(dir, resolve(problem.file)) }));
  reportProblems(placed, { ...workspace, dir }, global.terminal);
  process.exitCode = exitCode.usage;
  return undefined;
}

/** Whether this person has made a call of the tool under a key. */
function keySearch({ database, person }: Ring, tool: ToolDescription): (key: string) => boolean {
  const find = keyFinder(database);
  return (key) => find({ key, tool: toolId(tool), principal: person.principal }) !== undefined;
}

/** Makes a row's call as the person at the keyboard, again while it fails for a passing reason. */
function caller(ring: Ring, tool: ToolDescription, signal: AbortSignal) {
  const delay = (ms: number, ended: AbortSignal) => sleep(ms, undefined, { signal: ended });
  const retry = { policy: callRetry, delay, random: Math.random, signal };
  return async ({ key, arguments: given }: RowCall) => {
    const request = { tool: toolId(tool), arguments: given, key, token: ring.person.token };
    const { replayed } = await retryTransient(() => ring.hub.call(request), retry);
    return { replayed: replayed !== undefined };
  };
}

function refusedWriter(
  { refused, map: mapFile }: ImportOptions,
  { table: { path, columns, delimiter }, joins }: PreparedImport,
) {
  if (refused === undefined) return undefined;
  const sources = [path, resolve(mapFile), ...[...joins.values()].map(({ table }) => table.path)];
  return (refusals: Parameters<typeof writeRefused>[0]["refusals"]) =>
    writeRefused({ file: refused, sources, columns, delimiter, refusals });
}
