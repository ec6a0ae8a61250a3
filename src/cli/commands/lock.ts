import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { formatLock } from "../../core/lock-file.ts";
import { toolHash, toolId } from "../../core/tool-description.ts";
import { examples, globalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { hasEditorFiles, writeEditorFiles } from "../editor-files.ts";
import { openWorkspace } from "../wire.ts";
import { withRing } from "../with-ring.ts";
import { lockPath, readLockIfUsable } from "../workspace-tools.ts";

export function define(command: Command): void {
  command
    .addHelpText(
      "after",
      `
A run stops when a server's tool differs from what ringmain.lock pins. This command asks every server what its
tools are now, shows what has changed and writes the file; commit it, as you would any lock file.
${examples([["ringmain lock", "accept the tools as they are now"]])}`,
    )
    .action(() => lockTools(command));
}

async function lockTools(command: Command): Promise<void> {
  const { workspace: named, terminal, json } = globalOptions(command);
  const workspace = openWorkspace(named);
  const before = readLockIfUsable(workspace)?.hashes ?? new Map<string, string>();
  await withRing({ workspace, terminal, unpinned: true }, async (ring) => {
    const tools = await ring.hub.tools();
    const after = new Map(tools.map((tool) => [toolId(tool), toolHash(tool)]));
    const added = [...after.keys()].filter((id) => !before.has(id));
    const removed = [...before.keys()].filter((id) => !after.has(id));
    const changed = [...after]
      .filter(([id, hash]) => before.has(id) && before.get(id) !== hash)
      .map(([id]) => id);
    writeFileSync(lockPath(workspace), formatLock(tools));
    if (hasEditorFiles(workspace)) writeEditorFiles(workspace, tools);
    if (json) return terminal.json({ tools: tools.length, added, removed, changed });
    const { colour } = terminal;
    for (const id of added) terminal.print(`${colour.green("+")} ${id}`);
    for (const id of removed) terminal.print(`${colour.red("-")} ${id}`);
    for (const id of changed) terminal.print(`${colour.yellow("~")} ${id}`);
    terminal.print(
      `${counted(tools.length, "tool")} pinned in ringmain.lock; ${added.length} added, ${changed.length} changed, ${removed.length} removed.`,
    );
  });
}
