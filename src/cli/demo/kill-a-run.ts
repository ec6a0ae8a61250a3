import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { RingmainError } from "../../core/errors.ts";
import { mainFile } from "../program-files.ts";

/**
 * Runs a workflow in a process of its own and kills that process with SIGKILL at the moment it sends its nth
 * write, so that the call is in flight. Resolves with the run's id once the process is gone.
 */
export async function killARun(options: {
  workspaceDir: string;
  workflow: string;
  inputs: Readonly<Record<string, string>>;
  /** The tool whose nth call is interrupted. */
  tool: string;
  nth: number;
}): Promise<string> {
  const inputs = Object.entries(options.inputs).flatMap(([name, value]) => ["--input", `${name}=${value}`]);
  const args = [
    mainFile,
    "run",
    options.workflow,
    "--new",
    "--json",
    "--workspace",
    options.workspaceDir,
    ...inputs,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const gone = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once("error", reject).once("exit", (_code, signal) => resolve(signal));
  });
  let runId: string | undefined;
  let sent = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const event: { runId?: string; tool?: string; status?: string } = JSON.parse(line);
    runId ??= event.runId;
    if (event.tool === options.tool && event.status === "started") sent += 1;
    if (sent === options.nth) {
      child.kill("SIGKILL");
      break;
    }
  }
  if ((await gone) !== "SIGKILL" || runId === undefined) {
    throw new RingmainError("INTERNAL", `${options.workflow} ended before it could be killed.`);
  }
  return runId;
}
