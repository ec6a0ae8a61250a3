import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { definition } from "../../../servers/accounting/definition.ts";
import { pendingRequests } from "../../../src/approval/pending-requests.ts";
import { createTrailJournal } from "../../../src/cli/trail-journal.ts";
import { isRecord, type Json } from "../../../src/core/json.ts";
import { createWriteQueue } from "../../../src/db/write-queue.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { openSqliteEngine } from "../../../src/engine/sqlite/engine.ts";
import { ensureWriterKey } from "../../../src/identity/keys.ts";
import { describeTool } from "../../../src/kit/describe-tool.ts";
import { type OpenServer, openServer } from "../../../src/kit/open-server.ts";
import { checkWorkflows } from "../../../src/workflow/check.ts";
import { executePlan } from "../../../src/workflow/execute.ts";
import { resolveInputs } from "../../../src/workflow/inputs.ts";
import { loadWorkspace } from "../../../src/workspace/load-workspace.ts";
import { enrolledApprover } from "../../fixtures/kit/approver.ts";
import {
  startOfTests,
  type TemporaryWorkspace,
  temporaryWorkspace,
} from "../../fixtures/kit/temporary-workspace.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const hourMs = 3_600_000;

let workspace: TemporaryWorkspace;
let server: OpenServer;
let database: DatabaseSync;
let engine: Engine;
let maria: Awaited<ReturnType<typeof enrolledApprover>>;
let now: Date;

/** The engine over the accounting server's own pipeline, with the sample's workflow, agents and policies. */
beforeEach(async () => {
  now = startOfTests;
  const clock = { now: () => now };
  const { agents } = loadWorkspace(root);
  const grants = Object.fromEntries(agents.map(({ id, tools }) => [id, { tools: [...tools] }]));
  const writes = definition.tools.map(({ name }) => `accounting.${name}`);
  workspace = await temporaryWorkspace({
    agents: { ...grants, clerk: { tools: writes } },
    roles: { finance: { tools: [], members: ["maria"] } },
    policies: { limits: readFileSync(join(root, "policies/limits.cedar"), "utf8") },
    approvals: { expire_after: "24h" },
  });
  server = await openServer(definition, clock, { RINGMAIN_WORKSPACE: workspace.dir });
  database = new DatabaseSync(workspace.databasePath, { timeout: 10_000 });
  maria = await enrolledApprover(workspace, "user:maria");
  engine = await openSqliteEngine({
    database,
    write: createWriteQueue(database),
    journal: createTrailJournal(database, ensureWriterKey(workspace.stateDir)),
    approvals: pendingRequests(database, clock),
    executePlan,
    callerFor: ({ runId, workflow, workflowHash, agent }) => {
      const run = { id: runId, workflow, workflowHash };
      const token = workspace.token(`agent:${agent}`, { run }, now);
      return (call) => send(token, call);
    },
    onFault: ({ error }) => {
      throw error;
    },
    clock,
    delay: async () => {},
  });
});
afterEach(async () => {
  await engine.close();
  database.close();
  server.close();
  workspace[Symbol.dispose]();
});

async function send(
  token: string,
  call: {
    tool: string;
    arguments: Record<string, Json>;
    key?: string;
    once?: string | undefined;
    path?: string;
  },
) {
  const { tool, arguments: args, key, once, path: step } = call;
  const identify = () => server.identify(token);
  const [, name = ""] = tool.split(".");
  const answer = await server.pipeline.call({ tool: name, arguments: args, key, once, step, identify });
  if (answer.error !== undefined || answer.result === undefined) throw answer.error;
  const result: Json = JSON.parse(answer.result);
  return { result, entry: answer.entry, ...(answer.replayed && { replayed: answer.replayed }) };
}

/** Makes one call as somebody who may do everything, and returns the id of what it made. */
async function make(tool: string, args: Record<string, Json>): Promise<string> {
  const { result } = await send(workspace.token("agent:clerk"), {
    tool: `accounting.${tool}`,
    arguments: args,
  });
  return isRecord(result) ? String(result.id) : "";
}

/** An invoice that is long overdue. */
async function overdueInvoice(name: string, minor: number): Promise<string> {
  const email = `${name}@example.com`;
  const customer = await make("upsert_customer", { external_id: name, name, email });
  const line = { description: "Rope", quantity: 1, unit_price: { minor, currency: "EUR" } };
  const order = { external_id: `order ${name}`, customer_id: customer, issued_on: "2026-09-01" };
  const invoice = await make("import_invoice", { ...order, currency: "EUR", lines: [line] });
  return invoice;
}

async function chase() {
  const { agents, workflows } = loadWorkspace(root);
  const tools = definition.tools.map((tool) => describeTool("accounting", tool));
  const { plans } = checkWorkflows({ agents, tools, workflows });
  const plan = plans.find(({ workflow }) => workflow === "chase-overdue-invoices");
  if (plan === undefined) throw new Error("the sample workflow has faults");
  return engine.run({ runId: "run_1", plan, inputs: resolveInputs(plan, {}), startedBy: "user:joe" });
}

const reminded = () =>
  database
    .prepare("SELECT recipient FROM accounting_outbox WHERE kind = 'reminder' ORDER BY recipient")
    .all()
    .map(({ recipient }) => recipient);
const entriesOf = (step: string) =>
  database
    .prepare("SELECT body ->> '$.error' AS error FROM audit_entry WHERE body ->> '$.step' = ? ORDER BY seq")
    .all(step)
    .map(({ error }) => error ?? "done");

test("the sample's large reminders wait, and go on one by one as finance decides", async () => {
  const [large, larger] = [await overdueInvoice("large", 600_000), await overdueInvoice("larger", 700_000)];
  await overdueInvoice("small", 10_000);
  const parked = await chase();
  expect(parked).toMatchObject({ status: "waiting" });
  expect(reminded()).toEqual(["small@example.com"]);
  const steps = [large, larger].map((id) => `remind[${id}]/send`);
  expect(parked.waitsFor?.map(({ step }) => step).sort()).toEqual([...steps].sort());
  const requestAt = (step: string | undefined) =>
    parked.waitsFor?.find((wait) => wait.step === step)?.approval ?? "";

  await maria.decide(requestAt(steps[0]), "approved");
  expect(await engine.resume("run_1")).toMatchObject({
    status: "waiting",
    waitsFor: [{ step: steps[1], approval: requestAt(steps[1]) }],
  });
  expect(reminded()).toEqual(["large@example.com", "small@example.com"]);

  await maria.decide(requestAt(steps[1]), "rejected", now, "They paid by cheque.");
  const run = await engine.resume("run_1");
  expect(run.status).toBe("done");
  expect(reminded()).toEqual(["large@example.com", "small@example.com"]);
  // asked once and answered once each: no call was repeated meanwhile
  expect(entriesOf(steps[0] ?? "")).toEqual(["APPROVAL_REQUIRED", "done"]);
  expect(entriesOf(steps[1] ?? "")).toEqual(["APPROVAL_REQUIRED", "APPROVAL_REJECTED"]);
  expect(entriesOf("overdue")).toEqual(["done"]);
});

test("a request that nobody answers ends the wait when it expires", async () => {
  const invoice = await overdueInvoice("large", 600_000);
  expect((await chase()).status).toBe("waiting");
  now = new Date(startOfTests.getTime() + 23 * hourMs);
  expect((await engine.resume("run_1")).status).toBe("waiting");
  now = new Date(startOfTests.getTime() + 24 * hourMs);
  const worker = engine.runWorker({ concurrency: 1, pollMs: 5, only: "parked" });
  await expect
    .poll(async () => (await engine.get("run_1"))?.status, { interval: 5, timeout: 10_000 })
    .toBe("done");
  await worker.stop();
  expect(entriesOf(`remind[${invoice}]/send`)).toEqual(["APPROVAL_REQUIRED", "APPROVAL_REJECTED"]);
  expect(reminded()).toEqual([]);
});

test("a reminder whose invoice was changed after the approval is asked anew, and the run waits again", async () => {
  const invoice = await overdueInvoice("large", 600_000);
  const first = (await chase()).waitsFor?.[0]?.approval ?? "";
  await maria.decide(first, "approved");
  await make("record_payment", {
    customer_id: String(database.prepare("SELECT customer_id FROM accounting_invoice").get()?.customer_id),
    amount: { minor: 10_000, currency: "EUR" },
    received_on: "2026-11-02",
    bank_reference: "B-1",
    allocations: [{ invoice_id: invoice, amount: { minor: 10_000, currency: "EUR" } }],
  });
  const again = await engine.resume("run_1");
  expect(again).toMatchObject({ status: "waiting" });
  expect(again.waitsFor?.[0]?.approval).not.toBe(first);
  await maria.decide(again.waitsFor?.[0]?.approval ?? "", "approved");
  expect((await engine.resume("run_1")).status).toBe("done");
  expect(reminded()).toEqual(["large@example.com"]);
});
