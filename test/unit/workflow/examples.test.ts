import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { checkWorkflows } from "../../../src/workflow/check.ts";
import { agents, tools } from "../../fixtures/workflow/catalog.ts";

const folder = new URL("../../fixtures/workflow/examples/", import.meta.url);
const written = readdirSync(folder).map((name) => ({
  file: `workflows/${name}`,
  text: readFileSync(new URL(name, folder), "utf8"),
}));

/** The triggers `call` and `tool` come with later versions. */
function withoutLaterTriggers(text: string): string {
  return text
    .replace(/^ {2}call:.*\n(?: {4}.*\n)*/m, "")
    .replace(/^ {2}tool: true.*\n/m, "")
    .replace(/^on:\n(?! )/m, "");
}

it("reports the triggers that are not built yet, and nothing else", () => {
  const { problems } = checkWorkflows({ workflows: written, agents, tools });
  expect(problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`)).toEqual([
    "workflows/chase-overdue-invoices.yaml:11:3 not-built-yet",
    "workflows/won-deal-to-cash.yaml:7:3 not-built-yet",
    "workflows/won-deal-to-cash.yaml:12:3 not-built-yet",
  ]);
});

it("finds no fault in the four examples without them", () => {
  const workflows = written.map(({ file, text }) => ({ file, text: withoutLaterTriggers(text) }));
  const { plans, problems } = checkWorkflows({ workflows, agents, tools });
  expect(problems).toEqual([]);
  expect(plans.map(({ workflow, agent, schedules }) => [workflow, agent, schedules.length])).toEqual([
    ["chase-overdue-invoices", "collector", 1],
    ["follow-up-stale-leads", "sales-assistant", 1],
    ["reorder-low-stock", "buyer", 1],
    ["won-deal-to-cash", "order-desk", 0],
  ]);
});

it("checks them within 300 ms of CPU", () => {
  const workflows = written.map(({ file, text }) => ({ file, text: withoutLaterTriggers(text) }));
  checkWorkflows({ workflows, agents, tools });
  const before = process.cpuUsage();
  checkWorkflows({ workflows, agents, tools });
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(300);
});

it("finds places inside the file, and never throws, whatever is cut from or put into a file", () => {
  const pieces = fc.constantFrom(
    "",
    "${{",
    "}}",
    ": ",
    "\n",
    "  ",
    '"',
    "'",
    "[",
    "{",
    "- ",
    "steps",
    ".?",
    "!",
    "&a ",
    "\t",
  );
  const cuts = fc.tuple(fc.nat(), fc.nat({ max: 30 }), pieces);
  fc.assert(
    fc.property(
      fc.constantFrom(...written),
      fc.array(cuts, { minLength: 1, maxLength: 3 }),
      ({ file, text }, edits) => {
        let edited = text;
        for (const [at, length, piece] of edits) {
          const start = at % edited.length;
          edited = edited.slice(0, start) + piece + edited.slice(start + length);
        }
        const { plans, problems } = checkWorkflows({ workflows: [{ file, text: edited }], agents, tools });
        expect(plans.length === 1).toBe(problems.length === 0);
        const lines = edited.split("\n");
        for (const { line, column } of problems) {
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
        }
      },
    ),
    { numRuns: 150 },
  );
});
