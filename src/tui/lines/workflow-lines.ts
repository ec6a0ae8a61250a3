import type { Problem } from "../../core/problem.ts";
import type { WorkflowSummary } from "../port.ts";
import { interruptedRunOf, liveRunOf, type TuiState } from "../state.ts";
import { emptyLine, type Line, labelled, line, oneLine, paragraph } from "./line.ts";
import { runTreeLines } from "./run-tree-lines.ts";

/** The detail of a workflow: what it is, and its newest run on this screen or else its steps. */
export function workflowLines(workflow: WorkflowSummary, state: TuiState, width: number): Line[] {
  const title: Line = [{ text: oneLine(workflow.name), bold: true }];
  if (workflow.problems.length > 0) return [title, emptyLine, ...problemLines(workflow.problems, width)];
  const lines: Line[] = [
    title,
    ...labelled("agent", workflow.agent ?? "", width),
    ...labelled("starts", workflow.schedules.join("; ") || "by hand", width),
  ];
  const run = liveRunOf(state, workflow.id);
  if (run !== undefined)
    return [...lines, emptyLine, ...runTreeLines(run, { width, now: state.now, heading: true })];
  if (workflow.inputs.length > 0) {
    const inputs = workflow.inputs.map(({ name, type, defaultText }) =>
      defaultText === "" ? `${name} (${type})` : `${name} = ${defaultText}`,
    );
    lines.push(...labelled("inputs", inputs.join(", "), width));
  }
  if (interruptedRunOf(state, workflow.id) !== undefined) {
    lines.push(...labelled("", "A run of it was interrupted and can be taken up.", width, "warn"));
  }
  lines.push(emptyLine);
  const labelWidth = Math.max(...workflow.steps.map(({ label, depth }) => label.length + depth * 2), 0);
  for (const { label, depth, what } of workflow.steps) {
    const text = `${"  ".repeat(depth)}· ${label}`;
    lines.push([{ text: text.padEnd(labelWidth + 4) }, { text: oneLine(what), tone: "dim" }]);
  }
  return lines;
}

/** Faults of files, each with its place and remedy. */
export function problemLines(problems: readonly Problem[], width: number): Line[] {
  return problems.flatMap(({ file, line: at, column, message, hint }) => [
    line(`${file}:${at}:${column}`, "bad"),
    ...paragraph(message, width),
    ...(hint === undefined ? [] : paragraph(hint, width, "dim")),
    emptyLine,
  ]);
}
