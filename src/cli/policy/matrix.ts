import { didYouMean } from "../../core/closest.ts";
import { RingmainError } from "../../core/errors.ts";
import { type Effect, type ToolDescription, toolId } from "../../core/tool-description.ts";
import { createReach, type Reach } from "../../policy/reach.ts";
import { grantsOf, type Workspace } from "../../workspace/load-workspace.ts";
import { callerNamed, namedCallers } from "./named-caller.ts";

/** What each principal may do with each tool. */
export interface Matrix {
  principals: { id: string; roles: readonly string[] }[];
  /** In the order of their servers in ringmain.yaml, and then of their names. */
  tools: { id: string; server: string; name: string; effect: Effect }[];
  /** One for each principal and tool: all of the first principal, then those of the second. */
  cells: Cell[];
}

export interface Cell extends Reach {
  principal: string;
  tool: string;
}

export interface MatrixFilter {
  principal?: string | undefined;
  /** `server.tool`, or a server. */
  tool?: string | undefined;
  /** Leaves out the tools that only read. */
  writes?: boolean | undefined;
}

/** Throws NOT_FOUND when the filter names a principal or a tool that there is not. */
export function permissionMatrix(
  workspace: Workspace,
  described: readonly ToolDescription[],
  filter: MatrixFilter = {},
): Matrix {
  const named =
    filter.principal === undefined ? namedCallers(workspace) : [callerNamed(filter.principal, workspace)];
  const tools = shownTools(workspace, described, filter);
  const grants = grantsOf(workspace);
  const reach = createReach({ grants, policies: workspace.policies, tools: described });
  return {
    principals: named.map(({ id, caller }) => ({ id, roles: caller.roles })),
    tools,
    cells: named.flatMap(({ id, caller }) =>
      tools.map((tool) => ({ principal: id, tool: tool.id, ...reach(caller, tool.id) })),
    ),
  };
}

function shownTools(
  workspace: Workspace,
  described: readonly ToolDescription[],
  { tool, writes }: MatrixFilter,
): Matrix["tools"] {
  const ids = described.map(toolId);
  const servers = [...new Set(described.map(({ server }) => server))];
  if (tool !== undefined && !ids.includes(tool) && !servers.includes(tool)) {
    throw new RingmainError("NOT_FOUND", `There is no tool or server "${tool}".`, {
      hint: didYouMean(tool, [...ids, ...servers]) ?? `Servers: ${servers.join(", ") || "none"}.`,
    });
  }
  const order = Object.keys(workspace.config.servers);
  return described
    .map(({ server, name, effect }) => ({ id: `${server}.${name}`, server, name, effect }))
    .filter(({ id, server }) => tool === undefined || tool === id || tool === server)
    .filter(({ effect }) => writes !== true || effect !== "read")
    .sort((a, b) => order.indexOf(a.server) - order.indexOf(b.server) || (a.name < b.name ? -1 : 1));
}
