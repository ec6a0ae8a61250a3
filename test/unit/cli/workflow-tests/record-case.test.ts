import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { RecordedCall } from "../../../../src/audit/recorded-calls.ts";
import { checkWorkspace } from "../../../../src/cli/check-workspace.ts";
import { recordCase } from "../../../../src/cli/workflow-tests/record-case.ts";
import { runWorkflowTests } from "../../../../src/cli/workflow-tests/run-tests.ts";
import { readTestFile } from "../../../../src/cli/workflow-tests/test-file.ts";
import { readLock } from "../../../../src/cli/workspace-tools.ts";
import type { RunDetails } from "../../../../src/engine/engine.ts";
import { loadWorkspace, readWorkflowTests } from "../../../../src/workspace/load-workspace.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const workspace = loadWorkspace(root);
const tools = readLock(workspace)?.tools ?? [];
const { plans } = await checkWorkspace(workspace, tools);
const workflows = workspace.workflows.map(({ id }) => id);
const invoice = JSON.stringify(invoiceOfShippedTests());

/** The invoice that the shipped tests of reminders use, with a text that looks like an expression. */
function invoiceOfShippedTests() {
  const file = readWorkflowTests(workspace).find(({ id }) => id === "chase-overdue-invoices");
  const [first] = readTestFile(file?.file ?? "", file?.text ?? "").cases;
  const [answer] = first?.tools.get("accounting.list_invoices")?.each ?? [];
  return answer?.result;
}

function recordedRun(more: Partial<RunDetails> = {}): RunDetails {
  const plan = plans.find(({ workflow }) => workflow === "chase-overdue-invoices");
  if (plan === undefined) throw new Error("the shipped workflow has faults");
  return {
    id: "run_1",
    workflow: plan.workflow,
    agent: plan.agent,
    planHash: "",
    inputs: { min_days: 7 },
    status: "done",
    interrupted: false,
    cancelRequested: false,
    startedBy: "user:maria",
    createdAt: new Date("2026-11-02T08:00:00Z"),
    plan,
    ...more,
  };
}

const list: RecordedCall = {
  entry: 1,
  tool: "accounting.list_invoices",
  step: "overdue",
  result: invoice,
  withheld: false,
};
const refused = { entry: 2, tool: "accounting.send_reminder", step: "remind[inv_2]/send", withheld: false };

it("a recorded run passes as a test: refusals, what earlier runs did, and waits", async () => {
  const denied = { ...refused, error: { code: "POLICY_DENIED", message: "Too soon for ${{ x }}." } };
  const text = await recordCase(recordedRun(), [list, denied], (key) => key === "reminder/inv_1/level-1");
  const waits = { ...refused, error: { code: "APPROVAL_REQUIRED", message: "Ask finance." } };
  const parked = await recordCase(recordedRun({ status: "waiting" }), [list, waits], (key) =>
    key.includes("inv_1"),
  );
  for (const recorded of [text, parked]) {
    const files = [{ file: "workflows/recorded.test.yaml", text: recorded }];
    const { results, problems } = await runWorkflowTests({ plans, workflows, tools, files });
    expect(problems).toEqual([]);
    expect(results.map(({ differences }) => differences)).toEqual([[]]);
    expect(results[0]?.run.calls.map(({ step }) => step)).toEqual(["overdue", "remind[inv_2]/send"]);
  }
  // it can fail
  const files = [{ file: "workflows/recorded.test.yaml", text: text.replaceAll("level: 2", "level: 3") }];
  const { results } = await runWorkflowTests({ plans, workflows, tools, files });
  expect(results[0]?.differences).not.toEqual([]);
});

it.each([
  ["was erased", recordedRun(), [{ ...list, result: undefined }]],
  ["withheld a part", recordedRun(), [{ ...list, withheld: true }]],
  ["has no accounting.list_invoices at overdue", recordedRun(), []],
  ["were erased", recordedRun({ erasedAt: new Date(0) }), [list]],
  ["it was cancelled", recordedRun({ status: "cancelled" }), [list]],
  ["lead to another end", recordedRun({ status: "waiting" }), [{ ...list, result: '{"items":[]}' }]],
])("a run that cannot be recorded whole is refused: %s", async (why, run, calls) => {
  const recorded = calls.map(
    ({ result, ...call }): RecordedCall => ({ ...call, ...(result !== undefined && { result }) }),
  );
  await expect(recordCase(run, recorded, () => false)).rejects.toMatchObject({
    code: "STATE_INVALID",
    message: expect.stringContaining(why),
  });
});
