import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { Command } from "commander";
import { RingmainError } from "../../core/errors.ts";
import { findWorkspace } from "../../workspace/find-workspace.ts";
import { loadWorkspace, type Workspace } from "../../workspace/load-workspace.ts";
import { checkWorkspace } from "../check-workspace.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { createFigures } from "../demo/figures.ts";
import { resetSampleState } from "../demo/sample-state.ts";
import { showDemo } from "../demo/show-demo.ts";
import { exitCode } from "../exit-code.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { packageDir } from "../program-files.ts";
import { reportProblems } from "../report-problems.ts";
import { openRing } from "../wire.ts";

export function define(command: Command): void {
  command
    .addHelpText(
      "after",
      `
Fills .ringmain/demo with a sample trading company and runs its four workflows for real. Never touches the state
of a workspace that is not the sample.
${examples([["ringmain demo", "about ten seconds; can be run again"]])}`,
    )
    .action(() => demo(globalOptions(command)));
}

async function demo(global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const workspace = sampleWorkspace(global.workspace);
  await resetSampleState(workspace);
  const ring = await openRing({ workspace, log: terminal.note });
  onInterrupt(() => ring.close());
  try {
    const { plans, problems } = await checkWorkspace(workspace, await ring.tools());
    if (problems.length > 0) {
      if (json)
        throw new RingmainError("WORKFLOW_INVALID", "The sample workspace has faults.", {
          details: { problems },
        });
      reportProblems(problems, workspace, terminal);
      process.exitCode = exitCode.runFailed;
      return;
    }
    await showDemo({ ring, plans, figures: createFigures(ring.database), terminal, json });
    if (relative(workspace.dir, process.cwd()).startsWith(".."))
      terminal.note(`(in ${workspace.dir}, the sample workspace)`);
  } finally {
    await ring.close();
  }
}

/** The workspace named or stood in when it is a sample, else the one that comes with the program. */
function sampleWorkspace(option: string | undefined): Workspace {
  const named = option ?? process.env.RINGMAIN_WORKSPACE;
  try {
    const found = loadWorkspace(findWorkspace({ named }));
    if (found.config.sample || named !== undefined) return found;
  } catch (error) {
    if (named !== undefined || !existsSync(join(packageDir, "ringmain.yaml"))) throw error;
  }
  return loadWorkspace(packageDir);
}
