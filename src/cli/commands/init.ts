import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { stringify } from "yaml";
import { RingmainError } from "../../core/errors.ts";
import { formatLock } from "../../core/lock-file.ts";
import { type ToolDescription, toolId } from "../../core/tool-description.ts";
import { loadWorkspace } from "../../workspace/load-workspace.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { writeEditorFiles } from "../editor-files.ts";
import { openRing } from "../wire.ts";
import { lockPath } from "../workspace-tools.ts";

export function define(command: Command): void {
  command
    .argument("[dir]", "the folder; it is made when it does not exist", ".")
    .option("--name <name>", "what the business is called; the folder's name by default")
    .addHelpText(
      "after",
      examples([
        ["ringmain init harbour", "a workspace in the folder harbour"],
        ['ringmain init . --name "Harbour Trading"', "in this folder"],
      ]),
    )
    .action((dir: string, options: { name?: string }) => init(resolve(dir), options, globalOptions(command)));
}

const servers = ["crm", "accounting", "inventory"];

async function init(dir: string, options: { name?: string }, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  if (existsSync(join(dir, "ringmain.yaml"))) {
    throw new RingmainError("CONFLICT", `${dir} is a workspace already.`, { hint: "Nothing was changed." });
  }
  const name = options.name ?? basename(dir);
  const written: string[] = [];
  const write = (file: string, text: string) => {
    const path = join(dir, file);
    if (existsSync(path)) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    written.push(file);
  };
  write("agents/reporter.md", starterAgent);
  write("workflows/overdue-report.yaml", starterWorkflow);
  write("policies/limits.cedar", starterPolicy);
  write(".gitignore", ".ringmain/\n");
  write("ringmain.yaml", workspaceText(name, []));

  // the servers themselves say which tools there are to grant and to pin
  const ring = await openRing({ workspace: loadWorkspace(dir), log: terminal.note });
  try {
    const tools = await ring.hub.tools();
    writeFileSync(join(dir, "ringmain.yaml"), workspaceText(name, tools));
    writeFileSync(lockPath(ring.workspace), formatLock(tools));
    written.push("ringmain.lock", ...writeEditorFiles(loadWorkspace(dir), tools));
  } finally {
    await ring.close();
  }
  if (json) return terminal.json({ workspace: dir, written });
  const { colour } = terminal;
  terminal.print(`${colour.green("✓")} ${name} is ready in ${dir}`);
  for (const file of written) terminal.print(`  ${colour.dim(file)}`);
  terminal.print("\nTry next");
  if (dir !== process.cwd()) terminal.print(`  cd ${relative(process.cwd(), dir)}`);
  terminal.print("  ringmain check                    are the files in order?");
  terminal.print("  ringmain run overdue-report       a first run; it only reads");
  terminal.print("  ringmain import customers.csv …   bring your data in");
  terminal.print(
    "  ringmain call crm.upsert_owner -a name=… -a email=…   the first of your people in the CRM",
  );
}

/** `ringmain.yaml`: the person who makes the workspace is its owner and may use every tool, each one named. */
function workspaceText(name: string, tools: readonly ToolDescription[]): string {
  const reads = servers.map((server) => `${server}.*`);
  const writes = tools.filter(({ effect }) => effect !== "read").map(toolId);
  const file = {
    name,
    servers: Object.fromEntries(servers.map((server) => [server, { builtin: server }])),
    roles: { owner: { members: [userInfo().username], tools: [...reads, ...writes] } },
    clients: { "claude-desktop": { tools: [...reads, "crm.create_lead"] } },
  };
  return `# Who may do what, and with which servers. \`crm.*\` grants the read tools; a tool that writes is named.\n${stringify(file)}`;
}

const starterAgent = `---
description: Looks things up. Changes nothing.
tools: [accounting.*]               # a star means read tools only
---
Scripted agent (no \`model\`): its workflows spell out every step.
`;

const starterWorkflow = `# yaml-language-server: $schema=../schemas/workflow.json
name: Overdue report
description: How many invoices are overdue.
agent: reporter

steps:
  - id: overdue
    call: accounting.list_invoices
    pages: all                        # follow the cursor to the last page
    with:
      status: [overdue]

outputs:
  invoices: \${{ size(steps.overdue.items) }}
`;

const starterPolicy = `// Grants open, policies only narrow: every rule here is a forbid. @approval turns "no" into "ask finance".
@id("reminder-not-too-soon")
forbid (principal, action == Action::"accounting.send_reminder", resource)
when { resource.days_overdue < 7 };
`;
