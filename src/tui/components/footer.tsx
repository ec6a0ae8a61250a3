import { Box, Text } from "ink";
import { oneLine } from "../lines/line.ts";
import { selectedId, type TuiState } from "../state.ts";

/** The keys that matter now, or what there is to tell. */
export function Footer({ state, columns, more }: { state: TuiState; columns: number; more: boolean }) {
  const { notice } = state;
  return (
    <Box width={columns} paddingX={1}>
      {notice === undefined ? (
        <Text dimColor wrap="truncate-end">
          {keysOf(state, more)}
        </Text>
      ) : (
        <Text wrap="truncate-end" {...(notice.bad && { color: "yellow" })}>
          {oneLine(notice.text)}
        </Text>
      )}
    </Box>
  );
}

function keysOf(state: TuiState, more: boolean): string {
  const { dialog } = state;
  if (dialog?.kind === "form") return "Enter next   Tab ↑↓ field   Esc cancel";
  if (dialog?.kind === "closing") return "Ctrl-C end at once";
  if (dialog !== undefined) return "";
  return `↑↓ choose   Tab 1-4 list   ${enterMeans(state)}${more ? "PgDn more   " : ""}? keys   q quit`;
}

function enterMeans(state: TuiState): string {
  const id = selectedId(state);
  if (state.tab === "approvals") return id === undefined ? "" : "a approve   x reject   ";
  const runnable = state.tab === "workflows" && state.workflows?.some((one) => one.id === id && one.agent);
  if (runnable) return "Enter start   ";
  const waits =
    state.tab === "runs" && state.runs.some((run) => run.id === id && run.state === "interrupted");
  return waits ? "Enter take up   " : "";
}
