import { limitWords } from "../../core/limit-words.ts";
import type { AgentSummary } from "../port.ts";
import type { TuiState } from "../state.ts";
import { grantLines } from "./grant-lines.ts";
import { emptyLine, type Line, labelled, line, oneLine, paragraph } from "./line.ts";

/** The detail of an agent: what it may do, what binds it and which workflows act as it. */
export function agentLines(agent: AgentSummary, state: TuiState, width: number): Line[] {
  const { id, description, model, limits, prompt } = agent;
  const workflows = (state.workflows ?? []).filter((workflow) => workflow.agent === id);
  return [
    [{ text: `agent:${oneLine(id)}`, bold: true }],
    ...paragraph(description, width),
    emptyLine,
    ...labelled("kind", model === undefined ? "scripted" : `model ${model}`, width),
    ...labelled("limits", limitWords(limits).join(", ") || "none of its own", width),
    ...labelled("acts in", workflows.map(({ name }) => name).join(", ") || "no workflow", width),
    emptyLine,
    line("may use", "dim"),
    ...grantLines(agent.tools, state.tools, width),
    ...(prompt === "" ? [] : [emptyLine, ...paragraph(prompt, width, "dim")]),
  ];
}
