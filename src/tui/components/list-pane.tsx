import { approvalRow } from "../lines/approval-row.ts";
import type { Line } from "../lines/line.ts";
import { line, oneLine } from "../lines/line.ts";
import { shortTime } from "../lines/local-time.ts";
import { workflowName } from "../lines/run-lines.ts";
import { runStateMark } from "../lines/run-state-mark.ts";
import { visibleFrom } from "../lines/window.ts";
import { liveRunOf, rowIds, selectedId, type TuiState } from "../state.ts";
import { Rows } from "./rows.tsx";

/** The list of the tab in front, around its chosen row. */
export function ListPane({ state, width, height }: { state: TuiState; width: number; height: number }) {
  const ids = rowIds(state, state.tab);
  if (ids.length === 0) {
    return <Rows lines={[line(` ${emptyText(state)}`, "dim")]} width={width} height={height} />;
  }
  const chosen = Math.max(0, ids.indexOf(selectedId(state) ?? ""));
  const from = visibleFrom({ count: ids.length, height, chosen });
  const lines = Array.from({ length: Math.min(height, ids.length - from) }, (_, index): Line => {
    const at = from + index;
    return [{ text: at === chosen ? "❯ " : "  " }, ...rowOf(state, at)];
  });
  return (
    <Rows
      lines={lines.map((row) => padded(row, width))}
      width={width}
      height={height}
      chosen={chosen - from}
    />
  );
}

function rowOf(state: TuiState, index: number): Line {
  if (state.tab === "workflows") return workflowRow(state, index);
  if (state.tab === "agents") return [{ text: oneLine(state.agents[index]?.id ?? "") }];
  if (state.tab === "approvals") return approvalRow(state.approvals[index], state.now);
  const run = state.runs[index];
  if (run === undefined) return [];
  const { mark, tone } = runStateMark(run.state);
  return [
    { text: `${mark} `, tone },
    { text: `${shortTime(run.startedAt, new Date(state.now))} `, tone: "dim" },
    { text: oneLine(workflowName(run.workflow, state)) },
  ];
}

function workflowRow(state: TuiState, index: number): Line {
  const workflow = state.workflows?.[index];
  if (workflow === undefined) return [];
  const name = { text: oneLine(workflow.name) };
  if (workflow.problems.length > 0) return [{ text: "✗ ", tone: "bad" }, name];
  const run = liveRunOf(state, workflow.id);
  if (run === undefined) return [{ text: "  " }, name];
  const { mark, tone } = runStateMark(run.ended?.state ?? "running");
  return [{ text: `${mark} `, tone }, name];
}

/** Fills a row up, so that the mark of the chosen one reaches across the pane. */
function padded(row: Line, width: number): Line {
  const used = row.reduce((sum, { text }) => sum + text.length, 0);
  return [...row, { text: " ".repeat(Math.max(0, width - used)) }];
}

function emptyText({ tab, workflows, loadError }: TuiState): string {
  if (tab === "agents") return "No agents yet: agents/NAME.md";
  if (tab === "runs") return "No runs yet.";
  if (tab === "approvals") return "Nothing waits for approval.";
  if (loadError !== undefined) return "Not readable.";
  return workflows === undefined ? "Reading the workflows…" : "No workflows yet.";
}
