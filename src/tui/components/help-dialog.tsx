import type { Line } from "../lines/line.ts";
import { DialogBox, dialogWidth } from "./dialog-box.tsx";
import { Rows } from "./rows.tsx";

const keys: readonly (readonly [key: string, what: string])[] = [
  ["1 2 3 4, Tab, ← →", "workflows, agents, runs, approvals"],
  ["↑ ↓, j k, Home End", "choose"],
  ["Enter", "start a workflow, take up a run"],
  ["a, x", "approve or reject a request, with your passphrase"],
  ["PgUp PgDn, Space", "scroll the detail"],
  ["q, Ctrl-C", "quit; what runs is interrupted safely"],
  ["", ""],
  ["✓ done  ↻ done before", "✗ refused or failed  ! some of it"],
  ["▸ running  ‖ interrupted", "– skipped  · not reached  ? waits for approval"],
  ["○ server not needed yet", ""],
];

/** The keys and the marks. */
export function HelpDialog({ columns, height }: { columns: number; height: number }) {
  const width = dialogWidth(columns) - 4;
  const lines = keys.map(([key, what]): Line => [{ text: key.padEnd(26) }, { text: what, tone: "dim" }]);
  return (
    <DialogBox title="Keys" columns={columns} height={height} keys="Esc close">
      <Rows lines={lines} width={width} height={Math.min(lines.length, height - 4)} />
    </DialogBox>
  );
}
