import { join } from "node:path";
import { systemClock } from "../src/core/clock.ts";
import { openServer } from "../src/kit/open-server.ts";
import { openFloor, openRawCommits } from "./floor.ts";
import { interleave, timeEach, timeTogether } from "./measure.ts";
import { compareRates, compareTimes, type Result } from "./result.ts";
import { definition } from "./server/definition.ts";
import { makeWorkspace, temporaryFolder } from "./temporary-workspace.ts";

const slices = 12;
const args = { text: "hello" };

/** In one process, without any transport: calls through the kit's pipeline against the floor, and that against bare commits. */
export async function benchPipeline(): Promise<Result[]> {
  using folder = temporaryFolder();
  const { token, runId } = await makeWorkspace(folder.dir);
  const server = await openServer(definition, systemClock, { RINGMAIN_WORKSPACE: folder.dir });
  const floor = openFloor(join(folder.dir, "floor.db"));
  const raw = openRawCommits(join(folder.dir, "raw.db"));
  const floorToken = await floor.token();

  let calls = 0;
  const next = () => {
    calls += 1;
    return { arguments: args, step: `step_${calls}`, key: `${runId}/step_${calls}` };
  };
  const viaKit = (tool: string) => async () => {
    const answer = await server.pipeline.call({
      tool,
      ...next(),
      identify: () => server.identify(token),
      client: "bench/1",
    });
    if (answer.error !== undefined) throw answer.error;
  };
  const viaFloor = () => floor.call(floorToken, { tool: "bench.echo", ...next() });
  const bareCommit = async () => raw.commitOne();
  for (const work of [viaKit("echo"), viaKit("add_note"), viaFloor]) await timeTogether(2000, 32, work);

  const alone = await interleave(
    {
      echo: () => timeEach(10, viaKit("echo")),
      floor: () => timeEach(10, viaFloor),
      raw: () => timeEach(10, bareCommit),
      note: () => timeEach(10, viaKit("add_note")),
    },
    40,
  );
  const results: Result[] = [
    compareRates({
      name: "floor / bare commits, 1 in flight",
      ours: alone("floor"),
      baseline: alone("raw"),
      target: 0.8,
    }),
    compareTimes({
      name: "kit / floor, 1 in flight",
      ours: alone("echo"),
      baseline: alone("floor"),
      target: 1.5,
    }),
    compareTimes({
      name: "kit / floor, 1 in flight, tool writes a row",
      ours: alone("note"),
      baseline: alone("floor"),
    }),
  ];
  for (const inFlight of [8, 32]) {
    const count = inFlight * 30;
    const together = await interleave(
      {
        echo: () => timeTogether(count, inFlight, viaKit("echo")),
        floor: () => timeTogether(count, inFlight, viaFloor),
        note: () => timeTogether(count, inFlight, viaKit("add_note")),
      },
      slices,
    );
    const name = `kit / floor, ${inFlight} in flight`;
    const target = inFlight === 32 ? { target: 0.5 } : {};
    results.push(
      compareRates({ name, ours: together("echo"), baseline: together("floor"), ...target }),
      compareRates({
        name: `${name}, tool writes a row`,
        ours: together("note"),
        baseline: together("floor"),
      }),
    );
  }
  server.close();
  floor.close();
  raw.close();
  return results;
}

/** What the decision alone costs: where a grant is all there is to it, and where Cedar looks at the call. */
export async function benchDecision(): Promise<Result[]> {
  using folder = temporaryFolder();
  await makeWorkspace(folder.dir);
  const server = await openServer(definition, systemClock, { RINGMAIN_WORKSPACE: folder.dir });
  const decide = (tool: string, count: number) => async () => {
    const request = { principal: "agent:bench", roles: [], tool, arguments: args, facts: {} };
    const started = performance.now();
    for (let index = 0; index < count; index += 1) {
      if (!server.access.decide(request).allowed) throw new Error(`${tool} was refused`);
    }
    return [(performance.now() - started) / count];
  };
  const taken = await interleave(
    { open: decide("bench.echo", 20_000), guarded: decide("bench.guarded", 200) },
    4,
  );
  server.close();
  const fifthOfMs = taken("open").map(() => 0.2);
  return [
    compareTimes({
      name: "decision, unconditional grant / 0.2 ms",
      ours: taken("open"),
      baseline: fifthOfMs,
      target: 0.1,
    }),
    compareTimes({
      name: "decision, one Cedar policy / 0.2 ms",
      ours: taken("guarded"),
      baseline: fifthOfMs,
    }),
  ];
}
