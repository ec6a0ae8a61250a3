import { pendingNow } from "../../approval/requests.ts";
import { countOutcomes } from "../../audit/read.ts";
import { verifyTrail } from "../../audit/verify.ts";
import { systemClock } from "../../core/clock.ts";
import { formatDuration } from "../../core/duration.ts";
import { RingmainError } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import { isRecord } from "../../core/json.ts";
import type { Run } from "../../engine/engine.ts";
import { resolveInputs } from "../../workflow/inputs.ts";
import type { Plan } from "../../workflow/plan.ts";
import type { StepEvent } from "../../workflow/run-context.ts";
import { deadEndLines, deadEnds } from "../approvals/dead-ends.ts";
import { liveLine } from "../live-line.ts";
import type { Terminal } from "../terminal.ts";
import type { Ring } from "../wire.ts";
import { amountText, type Figures } from "./figures.ts";
import { killARun } from "./kill-a-run.ts";

/** What the demo ends with when one of its steps did not do what it should. */
function demoFailure(message: string): RingmainError {
  return new RingmainError("STEP_FAILED", message, { hint: "`ringmain audit tail` shows it, call by call." });
}

interface Stage {
  ring: Ring;
  plans: readonly Plan[];
  figures: Figures;
  terminal: Terminal;
  json: boolean;
}

/** What a run of the demo left behind, for the lines about it. */
interface Ran {
  run: Run;
  /** The values of the steps on the first level. */
  values: ReadonlyMap<string, unknown>;
}

/** Runs the four sample workflows, kills one in the middle, oversteps once, and verifies the trail. */
export async function showDemo(stage: Stage): Promise<void> {
  const { ring, figures, terminal, json } = stage;
  const { colour } = terminal;
  const say = (line = "") => (json ? undefined : terminal.print(line));
  const done = (step: string, what: string, detail = "") =>
    say(`  ${colour.green("✓")} ${step.padEnd(9)} ${what.padEnd(27)} ${detail}`.trimEnd());

  say(
    `${colour.bold("Ringmain demo")} · ${ring.workspace.config.name} · ${figures.companies()} companies, ${figures.invoices()} invoices, ${figures.items()} items`,
  );
  await ring.hub.tools();
  const servers = ring.hub.status();
  say(
    `${servers.map(({ server }) => `${server} ${colour.green("✓")}`).join("  ")}   ${servers.length} servers, shared by everyone below\n`,
  );

  const chase = await play(stage, 1, "chase-overdue-invoices");
  const reminders = figures.reminders(chase.run.id);
  done("overdue", "accounting.list_invoices", `${listLength(chase.values.get("overdue"))} found`);
  done(
    "remind",
    "accounting.send_reminder",
    `${reminders.queued} to outbox, ${reminders.mailed === 0 ? "nothing" : reminders.mailed} mailed`,
  );
  for (const { policy, waits, calls } of figures.refusals(chase.run.id)) {
    const what = waits ? "wait for approval" : "refused";
    say(`  ${colour.yellow("■")} ${calls} ${what} by policy ${policy} (policies/limits.cedar)`);
  }

  const reorder = await play(stage, 2, "reorder-low-stock");
  const low = itemsOf(reorder.values.get("low"));
  const suppliers = new Set(low.map((item) => (isRecord(item) ? item.supplier_id : undefined))).size;
  const orders = figures.orders(reorder.run.id);
  done("low", "inventory.low_stock", `${low.length} items, ${suppliers} suppliers`);
  done("order", `${orders.count} purchase orders`, amountText(orders.totals));

  const deal = figures.wonDeal();
  if (deal === undefined) throw demoFailure("The sample data has no won deal without an invoice.");
  const cash = await play(stage, 3, "won-deal-to-cash", { deal_id: deal });
  const stock = cash.values.get("stock");
  if (isRecord(stock)) done("stock", `${stock.reserved_quantity} of ${stock.requested_quantity} reserved`);
  done("invoice", `draft, ${amountText(figures.draft(cash.run.id))}`);

  const leads = await play(stage, 4, "follow-up-stale-leads");
  const tasks = figures.tasks(leads.run.id);
  done("nudge", `${tasks.count} tasks for ${tasks.people} people`);

  say(`\n${colour.bold("What if the runner dies?")}  Killed mid-write, started again:`);
  const before = figures.allTasks();
  const killed = await killARun({
    workspaceDir: ring.workspace.dir,
    workflow: "follow-up-stale-leads",
    inputs: { stale_days: "1" },
    tool: "crm.create_task",
    nth: 10,
  });
  const started = performance.now();
  const resumed = await ring.engine.resume(killed);
  const made = figures.allTasks() - before;
  if (resumed.status !== "done" || figures.tasks(killed).count !== made)
    throw demoFailure("The killed run did not end with every task made once.");
  say(
    `  ${colour.green("✓")} resumed in ${formatDuration(performance.now() - started)}; ${made} more tasks, not ${made + 1}`,
  );

  say(`${colour.bold("What if an agent oversteps?")}`);
  const refusal = await overstep(ring);
  say(
    `  ${colour.red("✗")} agent:collector → accounting.refund_payment   ${refusal.code}: ${refusal.message}.  Nothing changed; entry #${refusal.entry}.`,
  );

  const { entries, faults, root } = verifyTrail(ring.database);
  if (faults.length > 0) throw demoFailure(`The audit trail has ${faults.length} faults.`);
  const { done: succeeded = 0, denied = 0, replayed = 0 } = countOutcomes(ring.database);
  const again = replayed > 0 ? `, ${replayed} answered again` : "";
  say(
    `\n${colour.bold("One trail:")} ${entries} entries · ${succeeded} done, ${denied} refused${again} · verified ${colour.green("✓")}`,
  );
  if (json) {
    const runs = [chase, reorder, cash, leads].map(({ run: { id, workflow, status } }) => ({
      id,
      workflow,
      status,
    }));
    terminal.json({ runs, killed, reminders, orders, tasks, entries, succeeded, denied, replayed, root });
    return;
  }
  say(colour.bold("Try next"));
  say("  npx ringmain                               launch and watch");
  say("  npx ringmain audit tail                    everything above, call by call");
  say("  npx ringmain connect claude-desktop        same servers, same rules");
  say("  npx ringmain approvals                     what waits for somebody's yes");
  const inVain = deadEndLines(deadEnds(pendingNow(ring.database, systemClock.now()), ring.workspace));
  if (inVain.length > 0) say();
  for (const line of inVain) say(line);
}

/** Runs one workflow, with what is going on in one line on a terminal. */
async function play(
  { ring, plans, terminal, json }: Stage,
  number: number,
  workflow: string,
  given: Record<string, string> = {},
): Promise<Ran> {
  const plan = plans.find((candidate) => candidate.workflow === workflow);
  if (plan === undefined) throw demoFailure(`The sample workspace has no workflow ${workflow}.`);
  const { colour } = terminal;
  const inputs = Object.values(given).join(" ");
  if (!json)
    terminal.print(
      `${colour.bold(`${number} ${plan.name}`)}${`   ${inputs}`.padEnd(Math.max(1, 45 - plan.name.length))} ${colour.dim(`as agent ${plan.agent}`)}`,
    );
  const live = liveLine(terminal, json);
  const values = new Map<string, unknown>();
  const report = (event: StepEvent) => {
    if (event.status === "done" && !event.path.includes("/")) values.set(event.path, event.result);
    live.show(event);
  };
  const request = {
    runId: newId("run"),
    plan,
    inputs: resolveInputs(plan, given),
    startedBy: ring.person.principal,
  };
  const run = await ring.engine.run(request, { report });
  live.clear();
  // the sample's large reminders wait for finance, whom the demo has no right to be
  if (run.status !== "done" && run.status !== "waiting") {
    const { step, code, message } = run.error ?? { step: "?", code: run.status, message: "it did not end" };
    throw demoFailure(`${workflow}: step ${step ?? "?"}: ${code}: ${message}`);
  }
  return { run, values };
}

/** Lets the collector try what nobody granted it, and returns how that was refused. */
async function overstep(ring: Ring): Promise<{ code: string; message: string; entry: unknown }> {
  const token = ring.tokenFor("agent:collector");
  const payment = ring.database
    .prepare("SELECT id, amount_minor, currency FROM accounting_payment LIMIT 1")
    .get();
  const amount = { minor: Number(payment?.amount_minor ?? 0), currency: String(payment?.currency ?? "EUR") };
  try {
    await ring.hub.call({
      tool: "accounting.refund_payment",
      arguments: { payment_id: String(payment?.id ?? ""), amount, reason: "An agent that oversteps" },
      token,
    });
  } catch (error) {
    if (!(error instanceof RingmainError) || error.code !== "POLICY_DENIED") throw error;
    const entry = isRecord(error.details) ? error.details.entry : undefined;
    return { code: error.code, message: error.message.replace(/^agent:collector has /, ""), entry };
  }
  throw demoFailure("agent:collector could refund a payment that nothing grants it.");
}

function itemsOf(value: unknown): unknown[] {
  return isRecord(value) && Array.isArray(value.items) ? value.items : [];
}

function listLength(value: unknown): number {
  return itemsOf(value).length;
}
