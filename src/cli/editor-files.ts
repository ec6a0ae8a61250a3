import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ToolDescription, toolId } from "../core/tool-description.ts";
import { agentSchema, type KnownNames, workflowSchema } from "../workflow/editor-schemas.ts";
import type { Workspace } from "../workspace/load-workspace.ts";

const workflowFile = "schemas/workflow.json";
const agentFile = "schemas/agent.json";
const settingsFile = ".vscode/settings.json";

const settings = {
  "yaml.schemas": { [workflowFile]: ["workflows/*.yaml", "!workflows/*.test.yaml"] },
  "files.associations": { "*.cedar": "cedar" },
};

/** The JSON Schemas of a workspace's files, with the names that may stand in them. */
export function editorSchemas(workspace: Workspace, tools: readonly ToolDescription[]) {
  const names: KnownNames = {
    tools: tools.map(toolId).sort(),
    agents: workspace.agents.map(({ id }) => id),
    workflows: workspace.workflows.map(({ id }) => id),
  };
  return { workflow: workflowSchema(names), agent: agentSchema(names) };
}

/** Whether the workspace has schemas, which then follow its tools. */
export function hasEditorFiles({ dir }: Pick<Workspace, "dir">): boolean {
  return existsSync(join(dir, workflowFile));
}

/** Writes the schemas, and settings of VS Code that point to them where there are none. Returns what was written. */
export function writeEditorFiles(workspace: Workspace, tools: readonly ToolDescription[]): string[] {
  const { workflow, agent } = editorSchemas(workspace, tools);
  const files = { [workflowFile]: workflow, [agentFile]: agent, [settingsFile]: settings };
  return Object.entries(files).flatMap(([file, content]) => {
    const path = join(workspace.dir, file);
    if (file === settingsFile && existsSync(path)) return [];
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
    return [file];
  });
}
