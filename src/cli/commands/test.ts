import type { Command } from "commander";
import { examples, globalOptions } from "../command.ts";
import { showWorkflowTests, type TestOptions } from "../workflow-tests/show-tests.ts";

export function define(command: Command): void {
  command
    .argument("[workflow...]", "only the tests of these")
    .option("--only <text>", "only cases with this text in their name")
    .option("--junit <file>", "also write a JUnit report, for continuous integration")
    .addHelpText(
      "after",
      `
A file workflows/NAME.test.yaml tests workflow NAME. Nothing outside is touched: the file says what the tools answer.
  cases:
    - name: an overdue invoice gets one reminder
      now: 2026-11-23T08:00:00Z
      tools:
        accounting.list_invoices:
          result: { items: [ { id: inv_1, … } ] }
        accounting.send_reminder:
          - { when: { invoice_id: inv_1 }, result: { … } }
      expect:
        status: done                     # or failed with error: CODE, or waiting (for approval)
        writes:
          - { call: accounting.send_reminder, with: { invoice_id: inv_1, level: 1 } }
        never: [accounting.write_off]

Answers, arguments and names are checked against the tools' schemas (ringmain.lock). docs/workflow-tests.md has it all;
\`ringmain runs record\` makes a case of a run. Who may call what is tested by \`ringmain policy test\`.
${examples([
  ["ringmain test", "every case; exit code 1 when one came out otherwise, 2 when a file is wrong"],
  ["ringmain test won-deal-to-cash --only shortage", "some of one workflow's"],
  ["ringmain test --junit report.xml", "for continuous integration"],
  ["ringmain test --json", "for a program: cases with their calls and differences, and problems"],
])}`,
    )
    .action((workflows: string[], options: TestOptions) =>
      showWorkflowTests(workflows, options, globalOptions(command)),
    );
}
