import type { Command } from "commander";
import { examples, globalOptions } from "../command.ts";
import { type MatrixOptions, showMatrix } from "../policy/show-matrix.ts";

export function define(command: Command): void {
  command.addHelpText(
    "after",
    `
A tools: list opens a tool to an agent, a client or a role, and nothing else does. The forbids in policies/*.cedar narrow
that by the call's arguments and the record's own facts; with @approval("finance") one asks that role instead.
${examples([["ringmain policy matrix", "who may do what: every principal and every tool"]])}`,
  );
  command
    .command("matrix", { isDefault: true })
    .description("every principal and every tool: allowed, perhaps, by approval, or not")
    .option("--principal <id>", "one alone, with grants: agent:collector, client:…, role:finance, user:maria")
    .option("--tool <tool>", "server.tool, or a server")
    .option("--writes", "without the tools that only read")
    .option("--markdown", "tables for a document")
    .addHelpText(
      "after",
      examples([
        ["ringmain policy matrix --writes", "who may change anything"],
        ["ringmain policy matrix --principal agent:collector", "one agent, tool by tool"],
        ["ringmain policy matrix --markdown > permissions.md", "for whoever has to sign it off"],
        ["ringmain policy matrix --json", "for a program: principals, tools and cells"],
      ]),
    )
    .action((options: MatrixOptions, matrix: Command) => showMatrix(options, globalOptions(matrix)));
}
