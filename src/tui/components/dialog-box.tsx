import { Box, Text } from "ink";
import type { ReactNode } from "react";

/** A titled box in the middle of the body. */
export function DialogBox(props: {
  title: string;
  columns: number;
  height: number;
  keys: string;
  children: ReactNode;
}) {
  const { title, columns, height, keys, children } = props;
  return (
    <Box width={columns} height={height} justifyContent="center" alignItems="center" overflow="hidden">
      <Box
        flexDirection="column"
        width={dialogWidth(columns)}
        borderStyle="round"
        borderColor="cyan"
        paddingX={1}
        overflow="hidden"
      >
        <Text bold wrap="truncate-end">
          {title}
        </Text>
        {children}
        {keys !== "" && (
          <Text dimColor wrap="truncate-end">
            {keys}
          </Text>
        )}
      </Box>
    </Box>
  );
}

export function dialogWidth(columns: number): number {
  return Math.min(columns - 4, 84);
}
