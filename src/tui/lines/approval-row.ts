import type { ApprovalSummary } from "../approvals-port.ts";
import { type Line, oneLine } from "./line.ts";

/** A request in the list: how old it is, which tool, who asks. */
export function approvalRow(request: ApprovalSummary | undefined, now: number): Line {
  if (request === undefined) return [];
  const { tool, principal, createdAt } = request;
  const name = tool.slice(tool.indexOf(".") + 1);
  return [
    { text: `${ageText(now - createdAt.getTime()).padStart(3)} `, tone: "dim" },
    { text: `${oneLine(name)} ` },
    { text: oneLine(principal), tone: "dim" },
  ];
}

/** How long ago, in three columns: `now`, `5m`, `3h`, `12d`. */
export function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes}m`;
  return minutes < 24 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 60 / 24)}d`;
}
