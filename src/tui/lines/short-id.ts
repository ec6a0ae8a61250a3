import { oneLine } from "./line.ts";

/** The two ends of a long id: what tells it from its neighbours, which share its time. */
export function shortId(id: string): string {
  const plain = oneLine(id);
  return plain.length > 16 ? `${plain.slice(0, 8)}…${plain.slice(-4)}` : plain;
}
