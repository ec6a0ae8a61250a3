import { Text } from "ink";
import type { Line, Tone } from "../lines/line.ts";

const looks: Record<Tone, { color?: string; dimColor?: boolean }> = {
  dim: { dimColor: true },
  good: { color: "green" },
  bad: { color: "red" },
  warn: { color: "yellow" },
  accent: { color: "cyan" },
};

/** One row; what does not fit is cut off. `inverse` marks the chosen row. */
export function LineRow({ line, inverse = false }: { line: Line; inverse?: boolean }) {
  const spans = line.filter(({ text }) => text !== "");
  if (spans.length === 0) return <Text> </Text>;
  return (
    <Text wrap="truncate-end" inverse={inverse}>
      {spans.map(({ text, tone, bold = false }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their place
        <Text key={index} bold={bold} {...(tone !== undefined && !inverse && looks[tone])}>
          {text}
        </Text>
      ))}
    </Text>
  );
}
