import { Box, Text } from "ink";
import { rowIds, runsUnderWay, type Tab, type TuiState, tabs } from "../state.ts";

const names: Record<Tab, string> = { workflows: "Workflows", agents: "Agents", runs: "Runs" };

/** The three lists and their keys; the one in front is inverse, and in brackets where there is no colour. */
export function TabBar({ state, columns }: { state: TuiState; columns: number }) {
  const running = runsUnderWay(state).length;
  return (
    <Box width={columns} justifyContent="space-between" paddingX={1}>
      <Text>
        {tabs.map((tab, index) => {
          const count =
            tab === "workflows" && state.workflows === undefined ? "" : ` ${rowIds(state, tab).length}`;
          const front = tab === state.tab;
          return (
            <Text key={tab} bold={front} dimColor={!front}>
              {front ? `[${index + 1} ${names[tab]}${count}]` : ` ${index + 1} ${names[tab]}${count} `}
              {"  "}
            </Text>
          );
        })}
      </Text>
      <Text color="cyan">{running > 0 ? `▸ ${running} running` : ""}</Text>
    </Box>
  );
}
