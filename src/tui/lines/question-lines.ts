import type { Dialog, TuiState } from "../state.ts";
import { interruptedRunOf, liveRunOf, runsUnderWay } from "../state.ts";
import { grantLines } from "./grant-lines.ts";
import { type Line, labelled, line, paragraph, plural } from "./line.ts";
import { localTime } from "./local-time.ts";
import { workflowName } from "./run-lines.ts";

export interface Question {
  title: string;
  lines: Line[];
  /** What the keys answer. */
  keys: string;
}

/** What a dialog without fields asks or tells. Pure. */
export function questionOf(
  dialog: Exclude<Dialog, { kind: "help" | "form" | "decide" }>,
  state: TuiState,
  width: number,
): Question {
  switch (dialog.kind) {
    case "confirm":
      return startQuestion(dialog, state, width);
    case "resume":
      return resumeQuestion(dialog.runId, state, width);
    case "quit": {
      const count = runsUnderWay(state).length;
      const text = `${plural(count, "run")} under way. Quitting interrupts safely: the call in flight is finished, what was written stays, and it can be taken up from there.`;
      return { title: "Quit?", lines: paragraph(text, width), keys: "Enter quit   Esc stay" };
    }
    case "closing": {
      const text =
        dialog.runs === 0
          ? "Ending the servers."
          : `Interrupting ${plural(dialog.runs, "run")} safely and ending the servers.`;
      return { title: "Closing…", lines: paragraph(text, width), keys: "" };
    }
  }
}

function startQuestion(
  dialog: Extract<Dialog, { kind: "confirm" }>,
  state: TuiState,
  width: number,
): Question {
  const workflow = state.workflows?.find(({ id }) => id === dialog.workflow);
  const agent = state.agents.find(({ id }) => id === workflow?.agent);
  const inputs = Object.entries(dialog.inputs).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const interrupted = interruptedRunOf(state, dialog.workflow);
  const lines = [
    ...labelled("as", `agent:${workflow?.agent ?? ""}`, width),
    ...(inputs.length > 0 ? labelled("with", inputs.join(", "), width) : []),
    line("It may use", "dim"),
    ...grantLines(agent?.tools ?? [], state.tools, width),
  ];
  if (liveRunOf(state, dialog.workflow)?.ended === undefined && liveRunOf(state, dialog.workflow)) {
    lines.push(line("It is running already; this would be another run.", "warn"));
  }
  if (interrupted !== undefined) {
    const when = localTime(interrupted.startedAt);
    lines.push(...paragraph(`A run of ${when} was interrupted; r takes that one up instead.`, width, "warn"));
  }
  const keys = `Enter start${interrupted === undefined ? "" : "   r take up the interrupted run"}   Esc back`;
  return { title: `Start ${workflow?.name ?? dialog.workflow}?`, lines, keys };
}

function resumeQuestion(runId: string, state: TuiState, width: number): Question {
  const run = state.runs.find(({ id }) => id === runId);
  const agent = state.agents.find(({ id }) => id === run?.agent);
  const lines = [
    ...labelled("as", `agent:${run?.agent ?? ""}`, width),
    ...labelled("since", run === undefined ? "" : localTime(run.startedAt), width),
    ...paragraph("It goes on where it stopped; what was written is not written again.", width),
    line("It may use", "dim"),
    ...grantLines(agent?.tools ?? [], state.tools, width),
  ];
  return {
    title: `Take up ${run === undefined ? "the run" : workflowName(run.workflow, state)}?`,
    lines,
    keys: "Enter take up   Esc back",
  };
}
