import { Text } from "ink";

/** A line across the screen, with a title in it if it has one, and a joint for the line between list and detail. */
export function Rule(props: { columns: number; title?: string; joint?: { at: number; glyph: string } }) {
  const { columns, title, joint } = props;
  const start = title === undefined ? "" : `── ${title} `;
  const line = start.padEnd(columns, "─");
  const drawn =
    joint === undefined || joint.at < start.length
      ? line
      : `${line.slice(0, joint.at)}${joint.glyph}${line.slice(joint.at + 1)}`;
  return (
    <Text dimColor wrap="truncate-end">
      {drawn}
    </Text>
  );
}
