import { expect, it } from "vitest";
import { formatProblem } from "../../../src/workflow/code-frame.ts";

const text = "agent: tester\nsteps:\n  - id: a\n    call: crm.get_dael\n";
const problem = {
  code: "unknown-tool",
  message: 'There is no tool "crm.get_dael".',
  hint: 'Did you mean "crm.get_deal"?',
  file: "workflows/a.yaml",
  line: 4,
  column: 11,
  endLine: 4,
  endColumn: 23,
};

it("shows place, message, lines, mark and hint", () => {
  expect(formatProblem(problem, text)).toBe(
    [
      'workflows/a.yaml:4:11 There is no tool "crm.get_dael". [unknown-tool]',
      "  3 |   - id: a",
      "> 4 |     call: crm.get_dael",
      "    |           ^^^^^^^^^^^^",
      "  5 |",
      'hint: Did you mean "crm.get_deal"?',
    ].join("\n"),
  );
});

it("is coloured on request only", () => {
  const colourStart = String.fromCharCode(27);
  expect(formatProblem(problem, text)).not.toContain(colourStart);
  expect(formatProblem(problem, text, { colour: true })).toContain(`${colourStart}[36mworkflows/a.yaml:4:11`);
});
