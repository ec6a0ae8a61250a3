import type { Command } from "commander";
import { argumentList, forPeople, readArguments } from "../call-arguments.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { findTool } from "../find-tool.ts";
import { openWorkspace } from "../wire.ts";
import { withRing } from "../with-ring.ts";

interface CallOptions {
  arg?: string[];
  args?: string;
  key?: string;
  describe?: true;
}

export function define(command: Command): void {
  command
    .argument("<tool>", "server.tool, for instance crm.create_lead")
    .option("-a, --arg <name=value...>", "an argument; may be given again; lists and objects as JSON")
    .option("--args <json>", "all arguments as one JSON object")
    .option("--key <key>", "an idempotency key: the same key never does the work twice")
    .option("--describe", "show what the tool does and takes, without calling it")
    .addHelpText(
      "after",
      `
The call is made as you (user:<your login name>), with the tools of your roles in ringmain.yaml, and is recorded
like every other.
${examples([
  ["ringmain call accounting.aged_receivables", "a report"],
  ["ringmain call crm.create_lead --describe", "what it takes"],
  ["ringmain call crm.get_deal -a id=DEAL-0031", "with an argument"],
  ['ringmain call accounting.list_invoices --args \'{"status":["overdue"]}\'', "arguments as JSON"],
])}`,
    )
    .action((tool: string, options: CallOptions) => call(tool, options, globalOptions(command)));
}

async function call(id: string, options: CallOptions, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  await withRing({ workspace: openWorkspace(global.workspace), terminal }, async (ring) => {
    const tool = await findTool(ring, id);
    if (options.describe === true) {
      if (json) return terminal.json(tool);
      terminal.print(`${terminal.colour.bold(id)}  ${tool.title}  ${terminal.colour.dim(tool.effect)}`);
      terminal.print(tool.description);
      for (const line of argumentList(tool.inputSchema)) terminal.print(line);
      return;
    }
    const { result, entry, replayed } = await ring.hub
      .call({
        tool: id,
        arguments: readArguments(tool, options.arg ?? [], options.args),
        token: ring.person.token,
        key: options.key,
      })
      .catch((error) => {
        throw forPeople(error, id);
      });
    if (json) return terminal.json({ entry, result, replayed });
    terminal.print(JSON.stringify(result, null, 2));
    terminal.note(
      terminal.colour.dim(
        `entry #${entry}${replayed === undefined ? "" : `, replayed from #${replayed.entry}`}`,
      ),
    );
  });
}
