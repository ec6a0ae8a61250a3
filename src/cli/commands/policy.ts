import type { Command } from "commander";
import { examples, globalOptions } from "../command.ts";
import { showExplanation } from "../policy/show-explanation.ts";
import { type MatrixOptions, showMatrix } from "../policy/show-matrix.ts";
import { showTests } from "../policy/show-tests.ts";

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
  command
    .command("test [file]")
    .description("decide a table of cases, and tell which came out otherwise than expected; then the matrix")
    .option("--no-matrix", "without the matrix")
    .addHelpText(
      "after",
      `
A file policies/NAME.test.yaml:
  defaults: { who: agent:collector, tool: accounting.send_reminder }
  cases:
    - name: six days are too soon
      facts: { days_overdue: 6, balance: { minor: 12000 } }
      expect: deny                       # or allow, or approval
      by: reminder-not-too-soon          # a policy's id, or "no grant"
    - facts: { days_overdue: 30, balance: { minor: 500001 } }
      expect: approval
      role: finance

Arguments and facts that no policy looks at may be left out. Names and types are checked against the tool's schemas.
${examples([
  ["ringmain policy test", "every case; exit code 1 when one came out otherwise, 2 when a file is wrong"],
  ["ringmain policy test policies/limits.test.yaml --no-matrix", "one file"],
  ["ringmain policy test --json", "for a pipeline: cases, problems and the matrix"],
])}`,
    )
    .action((file: string | undefined, options: { matrix: boolean }, test: Command) =>
      showTests(file, options, globalOptions(test)),
    );
  command
    .command("explain <entry>")
    .description(
      "which grant and which policies decided an entry, with the values they saw, and what they say today",
    )
    .addHelpText(
      "after",
      examples([
        ["ringmain audit tail --outcome denied", "the numbers of the newest refusals"],
        ["ringmain policy explain 118", "one of them"],
        ["ringmain policy explain 118 --json", "for a program"],
      ]),
    )
    .action((entry: string, _options: unknown, explain: Command) =>
      showExplanation(entry, globalOptions(explain)),
    );
}
