import { formatDuration } from "../../core/duration.ts";
import type { RunSummary } from "../port.ts";
import type { TuiState } from "../state.ts";
import { awaitedLines } from "./awaited-lines.ts";
import { entryLine } from "./entry-line.ts";
import { emptyLine, type Line, labelled, line, paragraph } from "./line.ts";
import { localTime } from "./local-time.ts";
import { runStateMark } from "./run-state-mark.ts";
import { runTreeLines } from "./run-tree-lines.ts";

/** The detail of a run: how it went, and its steps if it is followed here, else its calls. */
export function runLines(run: RunSummary, state: TuiState, width: number): Line[] {
  const { mark, tone } = runStateMark(run.state);
  const took = run.finishedAt && formatDuration(run.finishedAt.getTime() - run.startedAt.getTime());
  const inputs = Object.entries(run.inputs).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const lines: Line[] = [
    [
      { text: workflowName(run.workflow, state), bold: true },
      { text: `  ${mark} ${run.state}`, tone },
      { text: took === undefined ? "" : ` in ${took}`, tone: "dim" },
    ],
    ...labelled("run", run.id, width),
    ...labelled("agent", run.agent, width),
    ...labelled("started", `${localTime(run.startedAt)} by ${run.startedBy}`, width),
    ...(inputs.length > 0 ? labelled("inputs", inputs.join(", "), width) : []),
  ];
  const live = state.live.find(({ runId }) => runId === run.id);
  if (live !== undefined)
    return [...lines, emptyLine, ...runTreeLines(live, { width, now: state.now, heading: false })];
  for (const [name, value] of Object.entries(run.outputs ?? {})) {
    lines.push(...labelled(name, typeof value === "string" ? value : JSON.stringify(value), width));
  }
  if (run.error !== undefined) {
    const { code, message, hint, step } = run.error;
    lines.push(emptyLine, line(step === undefined ? code : `${code} in ${step}`, "bad"));
    lines.push(...paragraph(message, width), ...paragraph(hint ?? "", width, "dim"));
  }
  if (run.state === "interrupted") {
    const text = "It was interrupted. Enter takes it up where it stopped.";
    lines.push(emptyLine, ...paragraph(text, width, "warn"));
  }
  if (run.state === "waiting") lines.push(emptyLine, ...awaitedLines(run, width));
  const entries = state.runEntries?.run === run.id ? state.runEntries.entries : [];
  return [...lines, emptyLine, ...entries.map((entry) => entryLine(entry, { width, who: false }))];
}

/** The name of a workflow, or its id when its file is gone. */
export function workflowName(id: string, state: TuiState): string {
  return state.workflows?.find((workflow) => workflow.id === id)?.name ?? id;
}
