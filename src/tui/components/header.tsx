import { Box, Text } from "ink";
import { oneLine, type Tone } from "../lines/line.ts";
import type { ServerSummary } from "../port.ts";
import type { TuiState } from "../state.ts";
import { LineRow } from "./line-row.tsx";

const servers: Record<ServerSummary["state"], { mark: string; tone: Tone }> = {
  idle: { mark: "○", tone: "dim" },
  starting: { mark: "…", tone: "accent" },
  ready: { mark: "✓", tone: "good" },
  down: { mark: "!", tone: "warn" },
  failed: { mark: "✗", tone: "bad" },
  closed: { mark: "–", tone: "dim" },
};

/** Whose ring this is, and how its servers are. */
export function Header({ state, columns }: { state: TuiState; columns: number }) {
  const status = state.servers.flatMap(({ name, state: is }) => [
    { text: `  ${oneLine(name)} ` },
    { text: servers[is].mark, tone: servers[is].tone },
  ]);
  return (
    <Box width={columns} justifyContent="space-between" paddingX={1}>
      <Box flexShrink={1}>
        <Text wrap="truncate-end">
          <Text bold color="cyan">
            Ringmain
          </Text>
          {`  ${oneLine(state.workspaceName)}`}
        </Text>
      </Box>
      <Box flexShrink={0}>
        <LineRow line={status} />
      </Box>
    </Box>
  );
}
