import { type ToolDescription, toolId } from "./tool-description.ts";

/**
 * The line of a `tools:` list that opens a tool, or undefined when none does. `crm.*` opens the read tools of
 * crm only: a tool that writes must be named.
 */
export function grantFor(
  grants: readonly string[],
  tool: Pick<ToolDescription, "server" | "name" | "effect">,
): string | undefined {
  const id = toolId(tool);
  if (grants.includes(id)) return id;
  const star = `${tool.server}.*`;
  return tool.effect === "read" && grants.includes(star) ? star : undefined;
}
