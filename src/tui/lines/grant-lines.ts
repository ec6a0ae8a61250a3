import type { ToolSummary } from "../port.ts";
import { cell, type Line, line, plural } from "./line.ts";

/** What a list of grants opens: first what it lets change, then what it lets read. */
export function grantLines(grants: readonly string[], tools: readonly ToolSummary[], width: number): Line[] {
  if (grants.length === 0) return [line("no tools", "dim")];
  const rows = grants.map((grant) => describe(grant, tools));
  const idWidth = Math.min(Math.max(...grants.map((grant) => grant.length)), width - 10);
  return rows
    .sort((a, b) => Number(a.reads) - Number(b.reads))
    .map(({ grant, effect, reads, what }) => [
      { text: effect.padEnd(8), tone: reads ? "good" : "warn" },
      { text: cell(grant, idWidth) },
      { text: `  ${what}`, tone: "dim" },
    ]);
}

function describe(grant: string, tools: readonly ToolSummary[]) {
  if (grant.endsWith(".*")) {
    const server = grant.slice(0, -2);
    const count = tools.filter((tool) => tool.server === server && tool.effect === "read").length;
    return { grant, effect: "read", reads: true, what: count > 0 ? plural(count, "tool") : "" };
  }
  const tool = tools.find(({ id }) => id === grant);
  const effect = tool?.effect ?? "?";
  return { grant, effect, reads: effect === "read", what: tool?.title ?? "" };
}
