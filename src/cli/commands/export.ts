import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { RingmainError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { callRetry, retryTransient } from "../../engine/retry.ts";
import { forPeople, readArguments } from "../call-arguments.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { confirm } from "../confirm.ts";
import { counted } from "../counted.ts";
import { columnsOf } from "../export/columns.ts";
import { csvText } from "../export/csv-text.ts";
import { asListTool, noListError } from "../export/list-tool.ts";
import { outputFile } from "../export/output-file.ts";
import { countItems } from "../export/progress.ts";
import { readPages } from "../export/read-pages.ts";
import { findTool } from "../find-tool.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { openRing, openWorkspace, type Ring } from "../wire.ts";

interface ExportOptions {
  arg?: string[];
  args?: string;
  output?: string;
  bom?: true;
}

export function define(command: Command): void {
  command
    .argument("<tool>", "server.tool that reads a list, for instance accounting.list_invoices")
    .option("-a, --arg <name=value...>", "an argument; may be given again; lists and objects as JSON")
    .option("--args <json>", "all arguments as one JSON object")
    .option("-o, --output <file>", "a file instead of stdout; written whole or not at all")
    .option("--bom", "begin with a byte order mark: Excel then reads the file as UTF-8")
    .addHelpText("after", help)
    .action((tool: string, options: ExportOptions) => exportList(tool, options, globalOptions(command)));
}

const help = `
Every page of the list is read, as large and as detailed as the tool allows unless you say otherwise: each by one
call as you (user:<your login name>), which your roles must permit and which is recorded. What others change
meanwhile may be in the export as it was or as it is.

The file is CSV (RFC 4180, UTF-8). Its first line names the columns: the fields of an item in the order in which
\`ringmain call TOOL --describe --json\` shows them. A field of an object is a column of its own, customer.name; money
is two, total (12.50) and total.currency (EUR); a list is JSON; what is absent is empty.

Of accounting.report the rows are those of the report that you name: the accounts of a trial balance, the lines of a
statement (what only its summary has is not among them), and of the general ledger one for each posting, with the
fields of its entry in each.

A text that begins with = + - @ tab or a line end gets an apostrophe (') in front, unless it is a plain number:
a spreadsheet would run it as a formula.

A file that exists is replaced only when you say so, or with --yes.
${examples([
  ["ringmain export accounting.list_invoices -o invoices.csv", "every invoice"],
  [
    `ringmain export accounting.list_invoices -a 'status=["overdue"]' > overdue.csv`,
    "some of them, to stdout",
  ],
  ["ringmain export accounting.report -a report=general_ledger -o ledger.csv", "every posting of the books"],
  ["ringmain export crm.search_records -a type=deal -o deals.csv --yes", "replace the file of yesterday"],
])}`;

async function exportList(id: string, options: ExportOptions, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const { output } = options;
  if (json && output === undefined) {
    throw new RingmainError("INPUT_INVALID", "An export is CSV, not JSON.", {
      hint: `Leave --json out, name a file with -o, or use \`ringmain call ${id} --json\`.`,
    });
  }
  const file = output === undefined ? undefined : outputFile(output);
  const ring = await openRing({ workspace: openWorkspace(global.workspace), log: terminal.note });
  const stop = new AbortController();
  onInterrupt(async () => stop.abort());
  try {
    const tool = await findTool(ring, id);
    const listTool = asListTool(tool) ?? refuse(noListError(tool, await ring.tools(tool.server)));
    const given = readArguments(tool, options.arg ?? [], options.args);
    if (file?.exists) await confirm(`${output} exists. Replace it?`, global);

    const call = caller(ring, id, stop.signal);
    const { list, pages } = await readPages({ tool: listTool, arguments: given, call });
    // rows that scroll by on the same terminal are progress enough
    const isShown = !global.quiet && !json && (file !== undefined || !terminal.isTty);
    const items = countItems({
      stream: isShown ? process.stderr : undefined,
      nowMs: () => performance.now(),
    });
    const chunks = csvText(columnsOf(list.rowSchema), items.through(pages), options);
    if (file === undefined) return await print(chunks);
    await file.write(chunks);
    if (json) terminal.json({ file: output, items: items.total() });
    else terminal.note(`${counted(items.total(), "item")} in ${output}`);
  } finally {
    await ring.close();
  }
}

function refuse(error: RingmainError): never {
  throw error;
}

/** Makes the call of a page, again while it fails for a passing reason: a read may be made twice. */
function caller({ hub, person }: Ring, tool: string, signal: AbortSignal) {
  const delay = (ms: number, ended: AbortSignal) => sleep(ms, undefined, { signal: ended });
  const retry = { policy: callRetry, delay, random: Math.random, signal };
  return async (given: Record<string, Json>): Promise<Json> => {
    const request = { tool, arguments: given, token: person.token, signal };
    const { result } = await retryTransient(() => hub.call(request), retry).catch((error) => {
      throw forPeople(error, tool);
    });
    return result;
  };
}

/** Writes to stdout no faster than it is read. */
async function print(chunks: AsyncIterable<string>): Promise<void> {
  for await (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
  }
}
