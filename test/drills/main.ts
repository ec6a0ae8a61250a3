// The long drills: 200 kills of the runner and 200 of servers, each followed by every check.
//   node test/drills/main.ts [--kills 200] [--seed TEXT] [--victim runner|server] [--parallel 2]
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { runDrill, setStage } from "./drill.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: randomBytes(4).toString("hex") },
    victim: { type: "string" },
    parallel: { type: "string", default: "2" },
  },
});
const { seed } = values;
console.log(`seed ${seed}`);
using stage = await setStage();
for (const victim of ["runner", "server"] as const) {
  if (values.victim !== undefined && values.victim !== victim) continue;
  const started = performance.now();
  const result = await runDrill(stage, {
    victim,
    seed,
    kills: Number(values.kills),
    parallel: Number(values.parallel),
    report: (line) => console.log(line),
  });
  const share = result.betweenCommits / result.kills;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `${victim}: ${result.kills} kills in ${result.runs} runs and ${seconds} s, ${result.betweenCommits} between the ` +
      `first and the last commit (${Math.round(share * 100)} %), ${result.callsInFlight} with calls in flight, ` +
      `${result.repeats} committed calls made again; no fault`,
  );
  if (share < 0.6) {
    console.error(
      `Only ${Math.round(share * 100)} % of the kills fell between the first commit and the last.`,
    );
    process.exitCode = 1;
  }
}
