import { Box, Text } from "ink";
import { rowIds, runsUnderWay, type Tab, type TuiState, tabs } from "../state.ts";

const names: Record<Tab, string> = {
  workflows: "Workflows",
  agents: "Agents",
  runs: "Runs",
  approvals: "Approvals",
};

/** The lists and their keys; the one in front is inverse, and in brackets where there is no colour. */
export function TabBar({ state, columns }: { state: TuiState; columns: number }) {
  const running = runsUnderWay(state).length;
  const gap = columns < 80 ? "" : " ";
  const waits = state.approvalsWaiting > 0;
  return (
    <Box width={columns} justifyContent="space-between" paddingX={1}>
      <Box flexShrink={0}>
        <Text wrap="truncate-end">
          {tabs.map((tab, index) => {
            const front = tab === state.tab;
            const text = `${index + 1} ${names[tab]}${countOf(tab, state)}`;
            const asks = tab === "approvals" && waits;
            return (
              <Text key={tab} bold={front} dimColor={!front && !asks} {...(asks && { color: "yellow" })}>
                {front ? `[${text}]` : ` ${text} `}
                {gap}
              </Text>
            );
          })}
        </Text>
      </Box>
      <Box flexShrink={1}>
        <Text color="cyan" wrap="truncate-end">
          {running > 0 ? `▸ ${running} running` : ""}
        </Text>
      </Box>
    </Box>
  );
}

function countOf(tab: Tab, state: TuiState): string {
  if (tab === "approvals") return state.approvalsWaiting === 0 ? "" : ` ${state.approvalsWaiting}`;
  if (tab === "workflows" && state.workflows === undefined) return "";
  return ` ${rowIds(state, tab).length}`;
}
