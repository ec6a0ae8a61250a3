import { didYouMean } from "../core/closest.ts";
import { RingmainError } from "../core/errors.ts";
import { type ToolDescription, toolId } from "../core/tool-description.ts";
import type { Ring } from "./wire.ts";

/**
 * The tool of a name such as `crm.get_deal`. Looks at its own server alone, so that another one that cannot be
 * started is no hindrance. Throws NOT_FOUND with the closest name.
 */
export async function findTool(ring: Ring, id: string): Promise<ToolDescription> {
  const server = id.split(".")[0] ?? id;
  const tools = await ring.tools(server in ring.workspace.config.servers ? server : undefined);
  const tool = tools.find((candidate) => toolId(candidate) === id);
  if (tool !== undefined) return tool;
  throw new RingmainError("NOT_FOUND", `There is no tool "${id}".`, {
    hint: didYouMean(id, tools.map(toolId)) ?? "`ringmain servers` lists the tools.",
  });
}
