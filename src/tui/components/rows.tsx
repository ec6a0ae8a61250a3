import { Box } from "ink";
import type { Line } from "../lines/line.ts";
import { LineRow } from "./line-row.tsx";

/** Rows of text in a pane of a given size. The caller hands over only those that fit. */
export function Rows(props: { lines: readonly Line[]; width: number; height: number; chosen?: number }) {
  const { lines, width, height, chosen } = props;
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      {lines.slice(0, height).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
        <LineRow key={index} line={line} inverse={index === chosen} />
      ))}
    </Box>
  );
}
