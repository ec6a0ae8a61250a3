import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { interleave } from "./measure.ts";
import { compareTimes, type Result } from "./result.ts";
import { temporaryFolder } from "./temporary-workspace.ts";

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const program = pathOf("../dist/src/cli/main.js");
const launcher = pathOf("../bin/ringmain.mjs");
const bareHost = pathOf("bare-host.mjs");

/** `ringmain run` of a workflow of one call, from exec to exit, against a bare host that calls a bare server once. */
export async function benchColdStart(): Promise<Result[]> {
  if (!existsSync(program)) throw new Error("Ringmain is not built. Run: npm run build");
  using folder = temporaryFolder();
  const workspace = join(folder.dir, "workspace");
  // a workspace as people have it: three servers, some fifty tools, a lock file and a policy
  start([program, "init", workspace]);
  writeFileSync(
    join(workspace, "workflows", "one-call.yaml"),
    "agent: reporter\nsteps:\n  - id: report\n    call: accounting.report\n    with: { report: trial_balance }\n",
  );
  const run = ["run", "one-call", "--workspace", workspace];
  const sides = {
    program: async () => [start([program, ...run])],
    launcher: async () => [start([launcher, ...run])],
    bare: async () => [start([bareHost])],
  };
  for (const side of Object.values(sides)) await side();
  const taken = await interleave(sides, 3);
  const target = 2.5;
  const baseline = taken("bare");
  return [
    compareTimes({ name: "ringmain run, one call / bare host", ours: taken("program"), baseline, target }),
    compareTimes({
      name: "… through bin/ringmain.mjs / bare host",
      ours: taken("launcher"),
      baseline,
      target,
    }),
  ];
}

/** Runs a program to its end. Returns how long that took, in milliseconds. */
function start(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - started;
}
