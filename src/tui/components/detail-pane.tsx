import type { Line } from "../lines/line.ts";
import { Rows } from "./rows.tsx";

/** The part of the detail that fits, from its line `top` on. */
export function DetailPane(props: { lines: readonly Line[]; top: number; width: number; height: number }) {
  const { lines, top, width, height } = props;
  return <Rows lines={lines.slice(top, top + height)} width={width} height={height} />;
}
