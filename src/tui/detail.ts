import { agentLines } from "./lines/agent-lines.ts";
import { approvalLines } from "./lines/approval-lines.ts";
import { type Line, line, paragraph } from "./lines/line.ts";
import { runLines } from "./lines/run-lines.ts";
import { problemLines, workflowLines } from "./lines/workflow-lines.ts";
import { selectedId, type TuiState } from "./state.ts";

/** The whole detail of what is chosen, of which the screen shows as much as fits. Pure. */
export function detailLines(state: TuiState, width: number): Line[] {
  const id = selectedId(state);
  if (state.tab === "workflows") {
    if (state.loadError !== undefined) {
      const { message, hint = "" } = state.loadError;
      return [
        line("The workflows cannot be read.", "bad"),
        ...paragraph(message, width),
        ...paragraph(hint, width),
      ];
    }
    const workflow = state.workflows?.find((candidate) => candidate.id === id);
    const detail = workflow === undefined ? [] : workflowLines(workflow, state, width);
    return [...detail, ...problemLines(state.faults, width)];
  }
  if (state.tab === "agents") {
    const agent = state.agents.find((candidate) => candidate.id === id);
    return agent === undefined ? [] : agentLines(agent, state, width);
  }
  if (state.tab === "approvals") {
    const detail = state.approvalDetail;
    return detail === undefined || detail.id !== id ? [] : approvalLines(detail, width);
  }
  const run = state.runs.find((candidate) => candidate.id === id);
  return run === undefined ? [] : runLines(run, state, width);
}
