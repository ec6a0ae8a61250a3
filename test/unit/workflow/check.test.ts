import { describe, expect, it } from "vitest";
import { parseAgent } from "../../../src/core/agent-file.ts";
import { toolId } from "../../../src/core/tool-description.ts";
import { checkWorkflows } from "../../../src/workflow/check.ts";
import { agents, tools } from "../../fixtures/workflow/catalog.ts";

const grants = tools.map(toolId).join(", ");
const { agent: tester } = parseAgent(
  "tester",
  "agents/tester.md",
  `---\ndescription: May call everything.\ntools: [${grants}]\n---\n`,
);
const everyone = tester ? [...agents, tester] : agents;

function check(text: string, file = "workflows/sample.yaml") {
  return checkWorkflows({ workflows: [{ file, text }], agents: everyone, tools });
}

/** Removes the mark `⟦` from a text and returns where it stood. */
function unmark(marked: string): { text: string; line: number; column: number } {
  const at = marked.indexOf("⟦");
  if (at === -1) throw new Error("no mark in the text");
  const before = marked.slice(0, at).split("\n");
  return { text: marked.replace("⟦", ""), line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

const head = "agent: tester\n";
const deal = `${head}inputs:
  deal_id: { type: string }
steps:
  - id: deal
    call: crm.get_deal
    with: { id: "\${{ inputs.deal_id }}" }
`;
const invoices = `${head}steps:
  - id: overdue
    call: accounting.list_invoices
    pages: all
`;

/** A step that puts one expression into a text. */
function title(expression: string): string {
  return `${deal}  - id: task
    call: crm.create_task
    with:
      about: ref
      assignee_id: me
      title: \${{ ${expression} }}
`;
}

/** Two branches, of which the left one makes a lead. */
function branches(more = ""): string {
  return `${head}steps:
  - id: both
${more}    parallel:
      left:
        - id: lead
          call: crm.create_lead
          with: { name: x }
      right:
        - id: found
          call: crm.search_records
          pages: all
          with: {}
`;
}

/** A task, and the output that its id is. */
function task(mark = ""): string {
  return `  - ${mark}id: task
    call: crm.create_lead
    with: { name: x }
`;
}

/** A workflow of one output with a step that returns before some others. */
function returning(condition: string, step: string, after: string): string {
  const when = condition === "" ? "" : `    ${condition}\n`;
  return `${deal}  - id: stop\n${when}    ${step}\n${after}outputs: { id: "\${{ steps.task.id }}" }\n`;
}

/** What is wrong · the file, with ⟦ where the problem must point · its code · words of its message or hint. */
const faults: [string, string, string, RegExp][] = [
  // YAML
  [
    "an expression that YAML splits at a colon",
    `${head}steps:\n  - id: a\n    call: crm.create_lead\n    with:\n      name: ⟦\${{ true ? "a" : "b" }}\n`,
    "yaml-syntax",
    /splits this expression.*quotes/,
  ],
  [
    "an unquoted expression in flow style",
    `${head}steps:\n  - id: a\n    call: crm.get_deal\n    with: { id: ⟦\${{ inputs.x }} }\n`,
    "yaml-syntax",
    /flow style.*\{ id: "/,
  ],
  ["tabs", `agent: tester\nsteps:\n⟦\t- id: a\n`, "yaml-syntax", /tabs.*spaces/],
  ["a key twice", `${head}⟦agent: buyer\nsteps: []\n`, "yaml-syntax", /twice/],
  [
    "a condition that YAML reads as a tag",
    `${deal}  - id: b\n    if: ⟦!has(steps.deal)\n    call: crm.create_lead\n    with: { name: x }\n`,
    "yaml-tag",
    /tag.*quotes/,
  ],
  ["an alias", `${head}steps: ⟦*all\n`, "yaml-syntax", /aliases/],
  [
    "an expression cut by a comment",
    `${head}steps:\n  - id: a\n    call: crm.create_lead\n    with:\n      name: ⟦\${{ "a #1" }}\n`,
    "expression",
    /not closed.*comment/,
  ],
  // keys
  [
    "an unknown key at the top",
    `${head}⟦agnet: x\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "unknown-key",
    /"agent"/,
  ],
  ["an unknown key of a step", `${deal}    ⟦page: all\n`, "unknown-key", /"pages"/],
  [
    "an unknown key of a trigger",
    `${head}on:\n  schedule:\n    - cron: "0 8 * * *"\n      ⟦time_zone: UTC\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "unknown-key",
    /"timezone"/,
  ],
  ["a misspelt step kind", `${head}steps:\n  - id: a\n    ⟦cal: crm.get_deal\n`, "unknown-key", /"call"/],
  [
    "a step of no kind",
    `${head}steps:\n  - ⟦id: a\n`,
    "missing-key",
    /needs one of call, ask, for_each, parallel, wait, run, return, steps/,
  ],
  ["a step of two kinds", `${deal}    ⟦ask: writer\n`, "two-kinds", /call or ask/],
  [
    "a missing agent",
    `⟦steps:\n  - id: a\n    call: crm.search_records\n`,
    "missing-key",
    /"agent" is missing/,
  ],
  ["a missing id", `${head}steps:\n  - ⟦call: crm.search_records\n`, "missing-key", /needs an id/],
  [
    "an id that no expression can write",
    `${head}steps:\n  - id: ⟦low-stock\n    call: crm.search_records\n`,
    "invalid-name",
    /low-stock/,
  ],
  [
    "a duplicate id",
    `${deal}  - id: ⟦deal\n    call: crm.search_records\n`,
    "duplicate-id",
    /another step "deal"/,
  ],
  [
    "a wrong value of a key",
    `${head}steps:\n  - id: a\n    call: crm.search_records\n    pages: ⟦al\n`,
    "unknown-value",
    /Did you mean "all"/,
  ],
  [
    "a wrong type of a key",
    `${head}steps:\n  - id: a\n    call: crm.search_records\n    continue_on_error: ⟦maybe\n`,
    "wrong-type",
    /true or false/,
  ],
  // not built yet
  [
    "an else without an if",
    `${deal}  - id: b\n    steps:\n      - id: c\n        call: crm.search_records\n    ⟦else:\n      - id: d\n        call: crm.search_records\n`,
    "else-without-if",
    /decides between/,
  ],
  ["on_failure on a step", `${deal}    ⟦on_failure: []\n`, "unknown-key", /on_failure/],
  [
    "a retry for an error that does not exist",
    `${deal}    retry: { on: [⟦CONFLIT] }\n`,
    "unknown-value",
    /CONFLICT/,
  ],
  ["a key that retry does not know", `${deal}    retry: { ⟦attemps: 3 }\n`, "unknown-key", /attempts/],
  ["a retry that retries nothing", `${deal}    retry: ⟦1\n`, "invalid-value", /2/],
  ...["form: {}"].map((line): (typeof faults)[number] => [
    `the step kind ${line}`,
    `${head}steps:\n  - id: a\n    ⟦${line}\n`,
    "not-built-yet",
    /not built yet/,
  ]),
  ...["call: []", "webhook: {}", "file: {}", "tool: true"].map((line): (typeof faults)[number] => [
    `the trigger ${line}`,
    `${head}on:\n  ⟦${line}\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "not-built-yet",
    /not built yet/,
  ]),
  [
    "an ask without a fallback",
    `${head}steps:\n  - id: a\n    ⟦ask: writer\n    prompt: Hello\n`,
    "not-built-yet",
    /model loop/,
  ],
  // tools, arguments, grants
  [
    "an unknown tool",
    `${head}steps:\n  - id: a\n    call: ⟦crm.get_dael\n`,
    "unknown-tool",
    /"crm.get_deal"/,
  ],
  [
    "an unknown server",
    `${head}steps:\n  - id: a\n    call: ⟦billing.list_things\n`,
    "unknown-tool",
    /Servers: accounting, crm, inventory/,
  ],
  [
    "an unknown argument",
    `${deal}      ⟦\n`.replace(
      '    with: { id: "${{ inputs.deal_id }}" }\n      ⟦',
      "    with: { id: x, ⟦idd: y }",
    ),
    "unknown-argument",
    /"id"/,
  ],
  [
    "a missing argument",
    `${head}steps:\n  - id: a\n    call: crm.create_task\n    ⟦with: { about: x, title: y }\n`,
    "missing-argument",
    /"assignee_id"/,
  ],
  ["no arguments at all", `${head}steps:\n  - id: a\n    ⟦call: crm.get_deal\n`, "missing-argument", /"id"/],
  [
    "a literal of the wrong type",
    `${head}steps:\n  - id: a\n    call: accounting.list_invoices\n    pages: all\n    with: { min_days_overdue: ⟦soon }\n`,
    "wrong-type",
    /Expected integer/,
  ],
  [
    "a literal out of range",
    `${head}steps:\n  - id: a\n    call: accounting.list_invoices\n    pages: all\n    with: { min_days_overdue: ⟦-1 }\n`,
    "out-of-range",
    /less than 0/,
  ],
  [
    "a literal that an enum lacks",
    `${head}steps:\n  - id: a\n    call: accounting.list_invoices\n    pages: all\n    with: { status: [open, ⟦overdu] }\n`,
    "unknown-value",
    /"overdue"/,
  ],
  [
    "a literal that is no date",
    `${head}steps:\n  - id: a\n    call: crm.search_records\n    pages: all\n    with: { last_activity_before: ⟦yesterday }\n`,
    "wrong-type",
    /date/,
  ],
  [
    "an expression without its braces",
    `${deal}  - id: b\n    call: inventory.reserve_stock\n    with: { reference: x, lines: ⟦steps.deal.lines }\n`,
    "wrong-type",
    /Write \$\{\{ steps.deal.lines \}\}/,
  ],
  [
    "a call that the agent has no grant for",
    `agent: collector\nsteps:\n  - id: a\n    call: ⟦crm.get_deal\n    with: { id: x }\n`,
    "no-grant",
    /agents\/collector.md/,
  ],
  [
    "a write that only a star would open",
    `agent: collector\nsteps:\n  - id: a\n    call: ⟦accounting.upsert_customer\n    with: { name: x }\n`,
    "no-grant",
    /read tools only/,
  ],
  [
    "an unknown agent",
    `agent: ⟦colector\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "unknown-agent",
    /"collector"/,
  ],
  [
    "an unknown agent that is asked",
    `${head}steps:\n  - id: a\n    ask: ⟦wrter\n    prompt: x\n    fallback: { text: y }\n`,
    "unknown-agent",
    /"writer"/,
  ],
  [
    "a scripted agent that is asked",
    `${head}steps:\n  - id: a\n    ask: ⟦collector\n    prompt: x\n    fallback: { text: y }\n`,
    "agent-without-model",
    /no model/,
  ],
  [
    "a fallback that lacks an output",
    `${head}steps:\n  - id: a\n    ask: writer\n    prompt: x\n    output: { subject: string, body: string }\n    ⟦fallback: { subject: y }\n`,
    "missing-argument",
    /"body"/,
  ],
  [
    "a fallback of the wrong type",
    `${head}steps:\n  - id: a\n    ask: writer\n    prompt: x\n    output: { score: integer }\n    fallback: { score: ⟦high }\n`,
    "wrong-type",
    /Expected integer/,
  ],
  ["once on a read", `${deal}    ⟦once: x\n`, "once-on-read", /only reads/],
  ["pages of a tool that has none", `${deal}    ⟦pages: all\n`, "not-paged", /does not answer in pages/],
  // parallel
  [
    "a parallel without branches",
    `${head}steps:\n  - id: a\n    parallel: ⟦{}\n`,
    "invalid-value",
    /one branch/,
  ],
  [
    "a branch without steps",
    `${head}steps:\n  - id: a\n    parallel: { x: ⟦[] }\n`,
    "invalid-value",
    /at least one step/,
  ],
  [
    "a branch that is no list",
    `${head}steps:\n  - id: a\n    parallel:\n      x:\n        ⟦call: crm.get_deal\n`,
    "wrong-type",
    /must be a list/,
  ],
  [
    "a branch that no expression can name",
    `${head}steps:\n  - id: a\n    parallel:\n      ⟦Left-hand:\n        - id: b\n          call: crm.search_records\n`,
    "invalid-name",
    /lower case/,
  ],
  [
    "a fault inside a branch",
    branches().replace("crm.create_lead", "⟦crm.create_laed"),
    "unknown-tool",
    /"crm.create_lead"/,
  ],
  [
    "an id that another branch has",
    branches().replace("- id: found", "- id: ⟦lead"),
    "duplicate-id",
    /another step "lead"/,
  ],
  [
    "a result of another branch",
    branches()
      .replace("with: {}", "with: { name: '${{ steps.⟦lead.id }}' }")
      .replace(/crm.search_records\n *pages: all/, "crm.create_lead"),
    "out-of-reach",
    /steps\.parallel\.branch\.inner/,
  ],
  [
    "a step inside a branch, by its bare name",
    `${branches()}outputs: { id: "\${{ steps.⟦lead.id }}" }\n`,
    "out-of-reach",
    /not visible here/,
  ],
  [
    "a branch that there is not",
    `${branches()}outputs: { id: "\${{ steps.both.⟦lft.lead.id }}" }\n`,
    "unknown-field",
    /"left"/,
  ],
  [
    "a field that a step of a branch does not give",
    `${branches()}outputs: { id: "\${{ steps.both.left.lead.⟦idd }}" }\n`,
    "unknown-field",
    /"id"/,
  ],
  [
    "the result of a branch that may have failed",
    `${branches("    continue_on_error: true\n")}  - id: c\n    call: crm.create_lead\n    with: { name: "\${{ steps.both.⟦left.lead.id }}" }\n`,
    "may-be-missing",
    /Branch "left" may have failed/,
  ],
  // return
  [
    "a step after a return",
    returning("", "return: { id: x }", task("⟦")),
    "unreachable",
    /"stop" above it always returns/,
  ],
  [
    "a step after a group that always returns",
    `${deal}  - id: all\n    steps:\n      - id: stop\n        return:\n${task("⟦")}`,
    "unreachable",
    /"all" above/,
  ],
  [
    "a return without an output",
    returning("if: inputs.deal_id == ''", "return: ⟦{}", task()),
    "missing-output",
    /"id" is missing/,
  ],
  [
    "a return of an output that there is not",
    returning("if: inputs.deal_id == ''", "return: { ⟦idd: x }", task()),
    "unknown-output",
    /no output "idd".*Did you mean "id"/,
  ],
  [
    "a return of the wrong type",
    returning("if: inputs.deal_id == ''", 'return: { id: "${{ ⟦size(steps.deal.lines) }}" }', task()),
    "wrong-type",
    /Expected string/,
  ],
  [
    "a return of what may be missing",
    returning("if: inputs.deal_id == ''", 'return: { id: "${{ ⟦steps.deal.?name }}" }', task()),
    "may-be-missing",
    /missing/,
  ],
  [
    "a return of a later step's result",
    returning("if: inputs.deal_id == ''", 'return: { id: "${{ steps.⟦task.id }}" }', task()),
    "forward-reference",
    /runs later/,
  ],
  [
    "a return inside a loop",
    `${invoices}  - id: loop\n    for_each: \${{ steps.overdue.items }}\n    steps:\n      - id: stop\n        ⟦return: {}\n`,
    "return-not-here",
    /half done/,
  ],
  [
    "a return inside a group of a branch",
    branches().replace(
      "        - id: lead\n",
      "        - id: g\n          steps:\n            - id: stop\n              ⟦return:\n        - id: lead\n",
    ),
    "return-not-here",
    /half done/,
  ],
  // data flow
  ["a misspelt field", title("steps.deal.⟦nme"), "unknown-field", /"name"/],
  ["a misspelt field deep inside", title("steps.deal.owner.⟦mail"), "unknown-field", /id, name/],
  [
    "a misspelt field in a macro",
    title('steps.deal.lines.map(l, l.⟦skuu).join(",")'),
    "unknown-field",
    /"sku"/,
  ],
  ["an unknown variable", title("⟦input.deal_id"), "unknown-variable", /"inputs"/],
  ["an unknown input", title("inputs.⟦deal"), "unknown-field", /deal_id/],
  ["an unknown step", title("steps.⟦dela.name"), "unknown-step", /"deal"/],
  ["an unknown function", title("⟦upercase(steps.deal.name)"), "unknown-function", /Known|mean/],
  ["matches", title('string(⟦steps.deal.name.matches("a+"))'), "unknown-function", /not available/],
  ["a function of too many arguments", title("⟦size(steps.deal, 2)"), "wrong-arguments", /does not take 2/],
  [
    "a function of the wrong type",
    title("format_money(⟦steps.deal.name)"),
    "wrong-type",
    /Expected \{minor, currency\}/,
  ],
  ["a syntax fault", title("steps.deal.name +⟦"), "expression", /Unexpected/],
  ["a single equals sign", title("steps.deal.stage ⟦= 'won'"), "expression", /==/],
  ["a list inside a text", title("⟦steps.deal.lines"), "wrong-type", /Inside a text|Expected string/],
  [
    "money inside a text",
    title("⟦steps.deal.lines[0].unit_price").replace("title: $", "title: For $"),
    "wrong-type",
    /format_money/,
  ],
  ["adding a text and a number", title("⟦steps.deal.name + 1"), "wrong-type", /string\(b\)/],
  [
    "an enum value that there is not",
    `${deal}  - id: b\n    if: steps.deal.stage == ⟦'wno'\n    call: crm.create_lead\n    with: { name: x }\n`,
    "unknown-value",
    /"won"/,
  ],
  [
    "an enum value that there is not, in a list",
    `${deal}  - id: b\n    if: steps.deal.stage in ⟦['won', 'new', 'quotd']\n    call: crm.create_lead\n    with: { name: x }\n`,
    "unknown-value",
    /"quoted"/,
  ],
  [
    "a condition that is no boolean",
    `${deal}  - id: b\n    if: ⟦steps.deal.lines\n    call: crm.create_lead\n    with: { name: x }\n`,
    "wrong-type",
    /size\(list\) > 0/,
  ],
  [
    "a number where a text is expected",
    `${deal}  - id: b\n    call: crm.create_lead\n    with:\n      name: \${{ ⟦size(steps.deal.lines) }}\n`,
    "wrong-type",
    /string\(…\)/,
  ],
  [
    "a text where a date is expected",
    `${deal}  - id: b\n    call: crm.create_task\n    with:\n      about: x\n      assignee_id: y\n      title: z\n      due_on: \${{ ⟦steps.deal.name }}\n`,
    "wrong-type",
    /Expected date/,
  ],
  [
    "days where a date is expected",
    `${deal}  - id: b\n    call: crm.create_task\n    with:\n      about: x\n      assignee_id: y\n      title: z\n      due_on: \${{ ⟦days(1) }}\n`,
    "wrong-type",
    /added to a date/,
  ],
  ["days on a text", title("string(⟦steps.deal.name + days(1))"), "wrong-type", /date\(text\)/],
  [
    "a fraction where an integer is expected",
    `${head}steps:\n  - id: rate\n    call: accounting.convert\n    with: { amount: { minor: 1, currency: EUR }, rate: 1.5 }\n  - id: b\n    call: accounting.convert\n    with:\n      amount: { minor: "\${{ ⟦steps.rate.rate }}", currency: EUR }\n      rate: 2\n`,
    "wrong-type",
    /int\(…\)/,
  ],
  [
    "a division that might drop the fraction",
    title("string(⟦1 / steps.x.rate)").replace(
      "  - id: task",
      "  - id: x\n    call: accounting.convert\n    with: { amount: { minor: 1, currency: EUR }, rate: 1.5 }\n  - id: task",
    ),
    "wrong-type",
    /double\(a\)/,
  ],
  [
    "a list whose items have a field too many",
    `${deal}  - id: b\n    call: inventory.create_purchase_order\n    with:\n      supplier_id: x\n      lines: \${{ ⟦steps.deal.lines }}\n`,
    "unknown-argument",
    /lines|description/,
  ],
  [
    "a wrong key in a map of a macro",
    `${deal}  - id: b\n    call: inventory.create_purchase_order\n    with:\n      supplier_id: x\n      lines: >-\n        \${{ ⟦steps.deal.lines.map(l, {"sku": l.sku, "quantiy": l.quantity}) }}\n`,
    "missing-argument",
    /"quantity"/,
  ],
  [
    "a wrong type in a map of a macro",
    `${deal}  - id: b\n    call: inventory.create_purchase_order\n    with:\n      supplier_id: x\n      lines: '\${{ ⟦steps.deal.lines.map(l, {"sku": l.sku, "quantity": l.sku}) }}'\n`,
    "wrong-type",
    /\[\]\.quantity: Expected integer/,
  ],
  [
    "an empty list where one item is needed",
    `${deal}  - id: b\n    call: inventory.create_purchase_order\n    with:\n      supplier_id: x\n      lines: ⟦[]\n`,
    "out-of-range",
    /at least 1/,
  ],
  [
    "a null that is not handled",
    `${deal}  - id: b\n    call: crm.create_lead\n    with:\n      name: \${{ ⟦steps.draft.note }}\n`.replace(
      "  - id: b",
      '  - id: draft\n    call: accounting.create_invoice_draft\n    with: { customer_id: c, reference: r, lines: "${{ steps.deal.lines }}" }\n  - id: b',
    ),
    "wrong-type",
    /Expected string/,
  ],
  ["an optional field that is not handled", title("steps.deal.⟦close_on"), "may-be-missing", /orValue/],
  [
    "a fallback by orValue of the wrong type",
    title("⟦steps.deal.?close_on.orValue(1)"),
    "wrong-type",
    /this is 1/,
  ],
  // order and reach
  [
    "a forward reference",
    `${head}steps:\n  - id: a\n    call: crm.create_lead\n    with:\n      name: \${{ steps.⟦b.name }}\n  - id: b\n    call: crm.get_deal\n    with: { id: x }\n`,
    "forward-reference",
    /runs later/,
  ],
  [
    "a step that refers to itself",
    `${head}steps:\n  - id: a\n    call: crm.create_lead\n    with:\n      name: \${{ steps.⟦a.id }}\n`,
    "out-of-reach",
    /not visible/,
  ],
  [
    "a step inside a loop, from outside",
    `${invoices}  - id: loop\n    for_each: \${{ steps.overdue.items }}\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with: { name: x }\n  - id: b\n    call: crm.create_lead\n    with:\n      name: \${{ steps.⟦lead.id }}\n`,
    "out-of-reach",
    /not visible/,
  ],
  [
    "a step that may not have run",
    `${deal}  - id: b\n    if: size(steps.deal.lines) > 3\n    call: crm.create_lead\n    with: { name: x }\n  - id: c\n    call: crm.create_lead\n    with:\n      name: \${{ steps.⟦b.id }}\n`,
    "may-be-missing",
    /Step "b" may not have run.*has\(steps.b\)/,
  ],
  [
    "a step whose failure is passed over",
    `${deal}    continue_on_error: true\n  - id: c\n    call: crm.create_lead\n    with:\n      name: \${{ steps.⟦deal.id }}\n`,
    "may-be-missing",
    /may not have run/,
  ],
  [
    "an output of a step that may not have run",
    `${deal}  - id: b\n    if: size(steps.deal.lines) > 3\n    call: crm.create_lead\n    with: { name: x }\noutputs:\n  lead: \${{ steps.⟦b.id }}\n`,
    "may-be-missing",
    /orValue/,
  ],
  // pages and loops
  [
    "the first page taken for the whole",
    `${invoices.replace("    pages: all\n", "")}  - id: loop\n    for_each: \${{ steps.overdue.⟦items }}\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with: { name: x }\n`,
    "unread-pages",
    /pages: all/,
  ],
  [
    "a loop over no list",
    `${deal}  - id: loop\n    for_each: \${{ ⟦steps.deal.name }}\n    key: x\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with: { name: x }\n`,
    "wrong-type",
    /Expected list/,
  ],
  [
    "a loop without a stable key",
    `${deal}  - id: loop\n    ⟦for_each: \${{ steps.deal.lines }}\n    as: line\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with: { name: x }\n`,
    "no-stable-key",
    /key: \$\{\{ line/,
  ],
  [
    "a name for the item that is taken",
    `${invoices}  - id: loop\n    for_each: \${{ steps.overdue.items }}\n    as: ⟦inputs\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with: { name: x }\n`,
    "invalid-name",
    /cannot name/,
  ],
  [
    "a group by a field that there is not",
    `${invoices}  - id: loop\n    for_each: \${{ group_by(steps.overdue.items, ⟦"custmer") }}\n    key: \${{ item.key }}\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with: { name: x }\n`,
    "unknown-field",
    /"customer"/,
  ],
  [
    "a group by something that is no scalar",
    `${invoices}  - id: loop\n    for_each: \${{ group_by(steps.overdue.items, ⟦"customer") }}\n    key: \${{ item.key }}\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with: { name: x }\n`,
    "wrong-type",
    /not a text/,
  ],
  [
    "a field that only some variants have",
    `${head}steps:\n  - id: all\n    call: crm.search_records\n    pages: all\n  - id: loop\n    for_each: \${{ steps.all.items }}\n    as: record\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with:\n          name: \${{ record.⟦contact.name }}\n`,
    "unknown-field",
    /type: lead/,
  ],
  // triggers, limits, inputs
  [
    "a cron fault",
    `${head}on:\n  schedule:\n    - cron: ⟦"0 25 * * *"\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "cron",
    /hour/,
  ],
  [
    "a cron pattern that never comes",
    `${head}on:\n  schedule:\n    - cron: ⟦"0 0 31 2 *"\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "cron",
    /never comes due/,
  ],
  [
    "a time zone that there is not",
    `${head}on:\n  schedule:\n    - cron: "0 8 * * *"\n      timezone: ⟦Europe/Pariss\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "time-zone",
    /IANA/,
  ],
  [
    "a time zone that there is not, in an expression",
    title("date(now, ⟦'Mars/Olympus')"),
    "time-zone",
    /IANA/,
  ],
  [
    "a misspelt policy for missed runs",
    `${head}on:\n  schedule:\n    - cron: "0 8 * * *"\n      missed: ⟦lates\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "unknown-value",
    /"latest"/,
  ],
  [
    "a duration fault",
    `${head}limits: { duration: ⟦ten minutes }\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "duration",
    /15m/,
  ],
  [
    "an amount limit on a sum that its tool does not have",
    `${head}limits:\n  amounts:\n    - { tool: accounting.create_invoice_draft, sum: ⟦total, most: 10.00 EUR }\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "unknown-amount",
    /This tool has none/,
  ],
  [
    "an amount limit in a currency that there is not",
    `${head}limits:\n  amounts:\n    - { tool: accounting.create_invoice_draft, sum: total, most: ⟦10.00 EUX }\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "invalid-value",
    /did you mean EUR/,
  ],
  [
    "a default of the wrong type",
    `${head}inputs:\n  days: { type: integer, default: ⟦soon }\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "wrong-type",
    /Expected integer/,
  ],
  [
    "a default out of range",
    `${head}inputs:\n  days: { type: integer, minimum: 1, default: ⟦0 }\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "out-of-range",
    /less than 1/,
  ],
  [
    "a default that the enum lacks",
    `${head}inputs:\n  stage: { type: string, enum: [won, lost], default: ⟦wno }\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "unknown-value",
    /"won"/,
  ],
  [
    "a schedule that cannot give an input",
    `${head}on:\n  schedule:\n    - cron: "0 8 * * *"\ninputs:\n  deal_id: ⟦{ type: string }\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    "input-without-default",
    /default/,
  ],
  [
    "an input that may be left out",
    `${head}inputs:\n  note: { type: string, required: false }\nsteps:\n  - id: a\n    call: crm.create_lead\n    with:\n      name: \${{ inputs.⟦note }}\n`,
    "may-be-missing",
    /left out/,
  ],
];

describe("faults", () => {
  it.each(faults)("%s", (_title, marked, code, words) => {
    const { text, line, column } = unmark(marked);
    const { plans, problems } = check(text);
    const told = problems.map((problem) => `${problem.line}:${problem.column} ${problem.code}`);
    expect(told).toContain(`${line}:${column} ${code}`);
    const found = problems.find((problem) => problem.code === code && problem.line === line);
    expect(`${found?.message} ${found?.hint ?? ""}`).toMatch(words);
    expect(plans).toEqual([]);
  });

  it("tells one mistake once", () => {
    for (const [title, marked] of faults) {
      const { problems } = check(unmark(marked).text);
      expect(
        problems.map(({ code }) => code),
        title,
      ).toHaveLength(1);
    }
  });

  it("goes on after a fault and tells them in the order of their lines", () => {
    const { problems } = check(
      `agent: nobody\nsteps:\n  - id: a\n    call: crm.nothing\n  - id: b\n    call: crm.get_deal\n    with: { idd: x }\n`,
    );
    expect(problems.map(({ line, code }) => `${line} ${code}`)).toEqual([
      "1 unknown-agent",
      "4 unknown-tool",
      "7 missing-argument",
      "7 unknown-argument",
    ]);
  });
});

/** What must be accepted. */
const clean: [string, string][] = [
  [
    "what an else knows: that the condition did not hold",
    `${deal}  - id: b\n    if: steps.deal.stage == 'won'\n    call: crm.create_lead\n    with: { name: x }\n  - id: c\n    if: "!has(steps.b)"\n    steps:\n      - id: d\n        call: crm.search_records\n    else:\n      - id: e\n        call: crm.create_lead\n        with: { name: "\${{ steps.b.id }}" }\n`,
  ],
  [
    "a limit of usd, which holds trivially",
    `${head}limits: { usd: 0.5 }\nsteps:\n  - id: a\n    call: crm.search_records\n`,
  ],
  [
    "a condition in braces",
    `${deal}  - id: b\n    if: \${{ steps.deal.stage == 'won' }}\n    call: crm.create_lead\n    with: { name: x }\n`,
  ],
  [
    "a step that may not have run, tested",
    `${deal}  - id: b\n    if: steps.deal.stage == 'won'\n    call: crm.create_lead\n    with: { name: x }\n  - id: c\n    call: crm.create_lead\n    with:\n      name: "\${{ has(steps.b) ? steps.b.id : 'none' }}"\n`,
  ],
  [
    "a step that may not have run, tested by a condition",
    `${deal}  - id: b\n    if: steps.deal.stage == 'won'\n    call: crm.create_lead\n    with: { name: x }\n  - id: c\n    if: has(steps.b) && steps.b.id != ''\n    call: crm.create_lead\n    with:\n      name: \${{ steps.b.id }}\n`,
  ],
  [
    "a step that may not have run, with another value",
    `${deal}  - id: b\n    if: steps.deal.stage == 'won'\n    call: crm.create_lead\n    with: { name: x }\n  - id: c\n    call: crm.create_lead\n    with:\n      name: \${{ steps.?b.?id.orValue("none") }}\n`,
  ],
  [
    "an optional argument from an optional value",
    `${deal}  - id: b\n    call: crm.create_task\n    with:\n      about: x\n      assignee_id: y\n      title: z\n      due_on: \${{ steps.deal.?close_on }}\n`,
  ],
  [
    "an optional output",
    `${deal}  - id: b\n    if: steps.deal.stage == 'won'\n    call: crm.create_lead\n    with: { name: x }\noutputs:\n  lead: \${{ steps.?b.?id }}\n`,
  ],
  [
    "a null that is tested",
    `${deal}  - id: draft\n    call: accounting.create_invoice_draft\n    with: { customer_id: c, reference: r, lines: "\${{ steps.deal.lines }}" }\n  - id: b\n    call: crm.create_lead\n    with:\n      name: "\${{ steps.draft.note != null ? steps.draft.note : 'none' }}"\n`,
  ],
  [
    "an optional field after a filter",
    `${invoices}  - id: b\n    call: crm.create_lead\n    with:\n      name: \${{ steps.overdue.items.filter(i, has(i.customer.email)).map(i, i.id).join(",") }}\n`,
  ],
  [
    "the items of a group",
    `${deal}  - id: both\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with: { name: x }\n  - id: c\n    call: crm.create_lead\n    with:\n      name: \${{ steps.both.lead.id }}\n`,
  ],
  ["a return under a condition", returning("if: inputs.deal_id == ''", "return: { id: none }", task())],
  [
    "a return that leaves out an output which may be missing",
    `${deal}  - id: stop\n    if: inputs.deal_id == ''\n    return:\n  - id: lead\n    if: inputs.deal_id != 'x'\n    call: crm.create_lead\n    with: { name: x }\noutputs: { id: "\${{ steps.?lead.?id }}" }\n`,
  ],
  [
    "what a return leaves certain for the steps after it",
    `${deal}  - id: lead\n    if: inputs.deal_id != ''\n    call: crm.create_lead\n    with: { name: x }\n  - id: stop\n    if: "!has(steps.lead)"\n    return: { id: none }\n${task().replace("name: x", 'name: "${{ steps.lead.id }}"')}outputs: { id: "\${{ steps.task.id }}" }\n`,
  ],
  [
    "the results of branches, by their names",
    `${branches()}outputs:\n  id: \${{ steps.both.left.lead.id }}\n  found: \${{ size(steps.both.right.found.items) }}\n`,
  ],
  [
    "the result of a branch that may have failed, where it is handled",
    `${branches("    continue_on_error: true\n")}outputs:\n  id: \${{ steps.both.?left.?lead.?id.orValue("none") }}\n`,
  ],
  [
    "the counts of a loop",
    `${invoices}  - id: loop\n    for_each: \${{ steps.overdue.items }}\n    continue_on_error: true\n    steps:\n      - id: lead\n        call: crm.create_lead\n        with: { name: x }\noutputs:\n  failed: \${{ steps.loop.failed }}\n  share: \${{ double(steps.loop.done) / 2.0 }}\n`,
  ],
  [
    "dates",
    `${deal}  - id: b\n    call: crm.create_task\n    with:\n      about: x\n      assignee_id: y\n      title: Week \${{ iso_week(now, "Europe/Paris") }}\n      due_on: \${{ date(now, "Europe/Paris") + days(1) }}\n`,
  ],
  [
    "a literal that narrows a union",
    `${head}steps:\n  - id: leads\n    call: crm.search_records\n    pages: all\n    with: { type: lead }\n  - id: loop\n    for_each: \${{ steps.leads.items }}\n    as: lead\n    steps:\n      - id: b\n        call: crm.create_lead\n        with:\n          name: \${{ lead.contact.name }}\n`,
  ],
];

describe("what is accepted", () => {
  it.each(clean)("%s", (_title, text) => {
    const { plans, problems } = check(text);
    expect(problems).toEqual([]);
    expect(plans).toHaveLength(1);
  });
});

describe("a plan", () => {
  it("is JSON, and named after its file", () => {
    const { plans } = check(deal, "workflows/won-deal.yaml");
    expect(JSON.parse(JSON.stringify(plans))).toEqual(plans);
    expect(plans[0]).toMatchObject({
      workflow: "won-deal",
      name: "won-deal",
      agent: "tester",
      schedules: [],
    });
    expect(plans[0]?.fileHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("holds schedules and limits in milliseconds", () => {
    const { plans } = check(
      `${head}on:\n  schedule:\n    - cron: "0 8 * * 1-5"\n      timezone: Europe/Paris\n      missed: all\n      within: 2h\n      overlap: allow\nlimits: { duration: 15m, writes: 3, calls: 9 }\nsteps:\n  - id: a\n    call: crm.search_records\n`,
    );
    expect(plans[0]?.limits).toEqual({ durationMs: 900_000, writes: 3, calls: 9 });
    expect(plans[0]?.schedules).toEqual([
      { cron: "0 8 * * 1-5", timezone: "Europe/Paris", missed: "all", withinMs: 7_200_000, overlap: "allow" },
    ]);
  });

  it("refuses a file whose name cannot be an id", () => {
    expect(check(deal, "workflows/Won deal.yaml").problems.map(({ code }) => code)).toEqual(["invalid-name"]);
  });
});
