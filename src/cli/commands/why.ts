import type { Command } from "commander";
import { examples, globalOptions } from "../command.ts";
import { showWhy } from "../why/show-why.ts";

export function define(command: Command): void {
  command
    .argument(
      "<record>",
      "what it is, as server.record: accounting.invoice, crm.deal, inventory.item; or its number alone",
    )
    .argument("[id]", "its id, or its number, reference or SKU")
    .addHelpText(
      "after",
      `
For each version of the record: the call that made it, who called and how that was verified, the grant and the policies,
the run, its step and the version of the workflow's file, who started it, and the checkpoint that seals the entry.
${examples([
  ["ringmain why accounting.invoice INV-2026-0042", "how an invoice came to be as it is"],
  ["ringmain why DEAL-0031", "the same, where only one record has the number"],
  ["ringmain why crm.task TASK-0007 --json", "for a program"],
])}`,
    )
    .action((kind: string, name: string | undefined) => showWhy(kind, name, globalOptions(command)));
}
