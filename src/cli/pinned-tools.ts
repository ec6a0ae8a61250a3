import type { ToolDescription } from "../core/tool-description.ts";
import type { Workspace } from "../workspace/load-workspace.ts";
import type { Terminal } from "./terminal.ts";
import { readLock } from "./workspace-tools.ts";

/**
 * The tools of a workspace as ringmain.lock pins them, which needs neither servers nor a database; without a lock file,
 * as the servers describe them.
 */
export async function pinnedTools(
  workspace: Workspace,
  terminal: Terminal,
): Promise<readonly ToolDescription[]> {
  const lock = readLock(workspace);
  if (lock !== undefined) return lock.tools;
  const { withRing } = await import("./with-ring.ts");
  let tools: readonly ToolDescription[] = [];
  await withRing({ workspace, terminal }, async (ring) => {
    tools = await ring.tools();
  });
  return tools;
}
