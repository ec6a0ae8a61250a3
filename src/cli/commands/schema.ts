import type { Command } from "commander";
import { examples, globalOptions } from "../command.ts";
import { editorSchemas, writeEditorFiles } from "../editor-files.ts";
import { pinnedTools } from "../pinned-tools.ts";
import { openWorkspace } from "../wire.ts";

export function define(command: Command): void {
  command
    .addHelpText(
      "after",
      `
Writes schemas/workflow.json and schemas/agent.json, with the workspace's own tools, agents and workflows, and
.vscode/settings.json where there is none. Editors that know YAML then complete and check while you type; a file can
also name its schema itself, in its first line:  # yaml-language-server: $schema=../schemas/workflow.json
${examples([
  ["ringmain schema", "after tools, agents or workflows were added"],
  ["ringmain schema --json", "print both schemas and write nothing"],
])}`,
    )
    .action(() => writeSchemas(command));
}

async function writeSchemas(command: Command): Promise<void> {
  const { workspace: named, terminal, json } = globalOptions(command);
  const workspace = openWorkspace(named);
  const tools = await pinnedTools(workspace, terminal);
  if (json) return terminal.json(editorSchemas(workspace, tools));
  for (const file of writeEditorFiles(workspace, tools))
    terminal.print(`${terminal.colour.green("✓")} ${file}`);
}
