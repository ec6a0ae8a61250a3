import { expect, test } from "vitest";
import { createRunContext } from "../../../src/engine/run-context.ts";
import { executePlan } from "../../../src/workflow/execute.ts";
import type { Plan } from "../../../src/workflow/plan.ts";
import type { StepEvent } from "../../../src/workflow/run-context.ts";
import { createRing } from "../../contract/engine-ring.ts";
import { planOf } from "../../fixtures/workflow/plan-of.ts";

const start = new Date("2026-11-23T07:00:00Z");

/** Executes a plan at an instant, in a run that began at 7:00 and remembers nothing. */
function execute(plan: Plan, now = start) {
  const ring = createRing();
  const events: StepEvent[] = [];
  const context = createRunContext({
    runId: "run_1",
    startedAt: start,
    inputs: {},
    signal: new AbortController().signal,
    completed: new Map(),
    memory: new Map(),
    remember: async () => {},
    undecided: new Map(),
    waits() {},
    callTool: ring.callerFor({ runId: "run_1", workflow: "sample", workflowHash: "f00d", agent: "tester" }),
    findOnce: () => undefined,
    markOnce: async () => {},
    report: (event) => void events.push(event),
    runWorkflow: async () => ({ status: "done" }),
    findWorkflow: () => undefined,
    cancelWorkflow: async () => {},
    now: () => now,
    delay: async () => {},
    random: () => 1,
  });
  return { end: executePlan(plan, context), events };
}

const untilOf = (wait: string) =>
  planOf(`  - id: pause\n    wait: ${wait}\n`, 'outputs: { until: "${{ steps.pause.until }}" }\n');
const later = new Date("2027-12-31T00:00:00Z");

test.each([
  ["{ until: 2026-12-24 }", "2026-12-24T00:00:00.000Z"],
  ['{ until: 2026-12-24, at: "08:00", timezone: Europe/Paris }', "2026-12-24T07:00:00.000Z"],
  // half past two does not exist on that day
  ['{ until: 2027-03-28, at: "02:30", timezone: Europe/Berlin }', "2027-03-28T01:30:00.000Z"],
  ['{ until: "2026-11-24T10:00:00+02:00" }', "2026-11-24T08:00:00.000Z"],
  [
    "{ until: \"${{ date(now, 'Europe/Paris') + days(3) }}\", timezone: Europe/Paris }",
    "2026-11-25T23:00:00.000Z",
  ],
  ['{ until: "${{ now }}" }', "2026-11-23T07:00:00.000Z"],
])("until a date or an instant: %s", async (wait, until) => {
  expect(await execute(untilOf(wait), later).end).toEqual({ until });
  if (until > start.toISOString()) {
    await expect(execute(untilOf(wait)).end).rejects.toMatchObject({ waits: [{ until }] });
  }
});

test("a duration counts from when the step is reached, not from the start of the run", async () => {
  const now = new Date("2026-11-23T09:30:00Z");
  const { end, events } = execute(untilOf("2d"), now);
  await expect(end).rejects.toMatchObject({ waits: [{ until: "2026-11-25T09:30:00.000Z" }] });
  expect(events.at(-1)).toMatchObject({
    path: "pause",
    status: "waiting",
    until: "2026-11-25T09:30:00.000Z",
  });
});

test("what is no moment ends the run", async () => {
  const plan = planOf(`  - id: lead
    call: crm.create_lead
    with: { name: Ann }
  - id: pause
    wait: { until: "\${{ date(steps.lead.id) }}" }
`);
  await expect(execute(plan).end).rejects.toMatchObject({ code: "STEP_FAILED", details: { step: "pause" } });
});

test("branches that wait for moments are told together", async () => {
  const plan = planOf(`  - id: both
    parallel:
      a:
        - id: one
          wait: 2d
      b:
        - id: two
          wait: 1d
`);
  const { end, events } = execute(plan);
  await expect(end).rejects.toMatchObject({
    waits: [{ until: "2026-11-25T07:00:00.000Z" }, { until: "2026-11-24T07:00:00.000Z" }],
  });
  expect(events.at(-1)).toMatchObject({ path: "both", status: "waiting", until: "2026-11-24T07:00:00.000Z" });
});
