import { checkWorkspace } from "../src/cli/check-workspace.ts";
import { openRing, openWorkspace } from "../src/cli/wire.ts";
import { newId } from "../src/core/ids.ts";
import { interleave, timeEach } from "./measure.ts";
import { compareTimes, type Result } from "./result.ts";
import { makeWorkspace, temporaryFolder } from "./temporary-workspace.ts";

/** A run of ten sequential calls against the same ten calls made by hand, over the same hub and server. */
export async function benchRun(): Promise<Result[]> {
  using folder = temporaryFolder();
  const { token, runId } = await makeWorkspace(folder.dir);
  const workspace = openWorkspace(folder.dir);
  const ring = await openRing({ workspace });
  try {
    const { plans, problems } = await checkWorkspace(workspace, await ring.tools());
    const [plan] = plans;
    if (plan === undefined) throw new Error(problems[0]?.message ?? "there is no workflow");

    const run = async () => {
      const request = { runId: newId("run"), plan, inputs: {}, startedBy: "user:bench" };
      const { status, error } = await ring.engine.run(request);
      if (status !== "done") throw new Error(error?.message ?? status);
    };
    const byHand = async () => {
      const path = newId("hand");
      for (const step of plan.steps) {
        const key = `${runId}/${path}/${step.id}`;
        await ring.hub.call({
          tool: "bench.add_note",
          arguments: { text: "hello" },
          token,
          step: step.id,
          key,
        });
      }
    };
    for (const work of [run, byHand]) await timeEach(100, work);
    const taken = await interleave({ run: () => timeEach(5, run), byHand: () => timeEach(5, byHand) }, 8);
    return [
      compareTimes({
        name: "run of ten calls / ten calls",
        ours: taken("run"),
        baseline: taken("byHand"),
        target: 1.3,
      }),
    ];
  } finally {
    await ring.close();
  }
}
