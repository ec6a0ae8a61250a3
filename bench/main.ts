// npm run bench [-- --json] [-- --assert]: what Ringmain costs over doing the same without it.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { benchAudit } from "./audit.ts";
import { benchColdStart } from "./cold-start.ts";
import { rounds } from "./measure.ts";
import { benchParked } from "./parked.ts";
import { benchDecision, benchPipeline } from "./pipeline.ts";
import { formatTable, type Result } from "./result.ts";
import { benchRun } from "./run-cost.ts";
import { benchScale } from "./scale.ts";
import { benchTransport } from "./transport.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    assert: { type: "boolean", default: false },
    only: { type: "string" },
  },
});

const parts: Readonly<Record<string, () => Promise<Result[]>>> = {
  transport: benchTransport,
  pipeline: benchPipeline,
  decision: benchDecision,
  audit: benchAudit,
  run: benchRun,
  "cold-start": benchColdStart,
  parked: benchParked,
  scale: benchScale,
};

if (values.only !== undefined && parts[values.only] === undefined) {
  console.error(`There is no part "${values.only}". Parts: ${Object.keys(parts).join(", ")}.`);
  process.exit(2);
}
const results: Result[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (values.only !== undefined && values.only !== name) continue;
  if (process.stderr.isTTY) process.stderr.write(`measuring: ${name} …\n`);
  results.push(...(await measure()));
}

const machine = { node: process.versions.node, cpus: cpus().length, model: cpus()[0]?.model ?? "" };
if (values.json) {
  process.stdout.write(`${JSON.stringify({ ...machine, rounds, results }, null, 2)}\n`);
} else {
  process.stdout.write(`Node ${machine.node}, ${machine.cpus} × ${machine.model}; `);
  process.stdout.write(`medians of ${rounds} interleaved rounds, and of each round's own ratio\n\n`);
  process.stdout.write(`${formatTable(results)}\n`);
}
if (values.assert && results.some(({ ok }) => !ok)) process.exitCode = 1;
