import type { Line } from "../lines/line.ts";
import { DialogBox, dialogWidth } from "./dialog-box.tsx";
import { Rows } from "./rows.tsx";

/** A question, or something to tell, with as much of its text as fits. */
export function QuestionDialog(props: {
  title: string;
  lines: readonly Line[];
  keys: string;
  columns: number;
  height: number;
}) {
  const { title, lines, keys, columns, height } = props;
  const shown = Math.min(lines.length, height - 4);
  return (
    <DialogBox title={title} columns={columns} height={height} keys={keys}>
      <Rows lines={lines} width={dialogWidth(columns) - 4} height={shown} />
    </DialogBox>
  );
}
