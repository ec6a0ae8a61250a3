import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { type CliProcess, describeBuilt, expectNoProcesses, startCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const everySecond = `on:
  schedule:
    - cron: "* * * * * *"
      timezone: UTC
`;

const tick = `name: Tick
agent: reader
${everySecond}steps:
  - id: owners
    call: crm.list_owners
`;

const leads = 120;
const approach = `name: Approach
agent: seller
${everySecond}steps:
  - id: each
    for_each: \${{ ${JSON.stringify(Array.from({ length: leads }, (_value, index) => index))} }}
    as: number
    key: \${{ string(number) }}
    steps:
      - id: lead
        call: crm.create_lead
        with: { company_name: "Company \${{ number }}", contact_name: "Person \${{ number }}" }
`;

/** One JSON line of `ringmain serve --json`. */
interface ServeEvent {
  event: string;
  runId: string;
  outcome?: string;
  dueAt?: string;
  path?: string;
}

function eventsOf(served: CliProcess): ServeEvent[] {
  const whole = served.stdout().slice(0, served.stdout().lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}

describeBuilt("ringmain serve", () => {
  let workspace: TestWorkspace;
  let serving: CliProcess[] = [];

  afterEach(async () => {
    for (const { child } of serving) child.kill("SIGKILL");
    serving = [];
    await expectNoProcesses(workspace.dir);
    workspace.remove();
  });

  async function makeScheduled(workflows: Record<string, string>): Promise<void> {
    workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*", "crm.upsert_owner"] } },
      agents: { reader: { tools: ["crm.*"] }, seller: { tools: ["crm.*", "crm.create_lead"] } },
      workflows,
    });
    const owner = ["call", "crm.upsert_owner", "-a", "name=Nina", "email=nina@example.com"];
    expect(await workspace.ringmain(...owner)).toMatchObject({ code: 0 });
  }

  function serve(...options: string[]): CliProcess {
    const served = startCli(["serve", "-w", workspace.dir, ...options]);
    serving.push(served);
    return served;
  }

  const done = () =>
    workspace
      .query("SELECT id FROM engine_run WHERE status = 'done' ORDER BY id")
      .map(({ id }) => String(id));

  it("starts each due time once, however many processes serve, and ends cleanly at SIGTERM", async () => {
    await makeScheduled({ tick });
    const processes = [serve("--json"), serve("--json")];
    await Promise.all(processes.map((served) => served.until('"event":"serving"')));
    await until(() => done().length >= 4);
    for (const { child } of processes) child.kill("SIGTERM");
    for (const served of processes) {
      expect(await served.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    }
    await expectNoProcesses(workspace.dir);

    const firings = processes.flatMap(eventsOf).filter(({ event }) => event === "due");
    const started = firings.filter(({ outcome }) => outcome === "started");
    const runs = workspace.query("SELECT id, started_by, status FROM engine_run ORDER BY id");
    expect(started.map(({ runId }) => runId).sort()).toEqual(runs.map(({ id }) => id));
    for (const { runId, dueAt } of started) expect(runId).toBe(`sched/tick/${dueAt}`);
    for (const { outcome } of firings) expect(["started", "already_started", "overlap"]).toContain(outcome);
    expect(runs.every(({ started_by }) => started_by === "schedule:tick")).toBe(true);

    // the trail says the same: each run started once, called once and ended once
    const counts = workspace.query(
      `SELECT body ->> '$.run' AS run, tool, count(*) AS times FROM audit_entry WHERE run LIKE 'sched/%' GROUP BY run, tool`,
    );
    expect(counts.every(({ times }) => times === 1)).toBe(true);
    expect(counts.filter(({ tool }) => tool === "crm.list_owners").length).toBeGreaterThanOrEqual(4);
  });

  it("takes up a run whose process was killed in the middle of it", async () => {
    await makeScheduled({ approach });
    const processes = [serve("--json"), serve("--json")];
    const middle = '"path":"each[20]/lead"';
    await Promise.race(processes.map((served) => served.until(middle)));
    const killed = processes.find((served) => served.stdout().includes(middle));
    const other = processes.find((served) => served !== killed);
    killed?.child.kill("SIGKILL");
    expect(await killed?.ended).toMatchObject({ signal: "SIGKILL" });
    const run = killed && eventsOf(killed).find(({ path }) => path === "each[20]/lead")?.runId;
    const leadsOf = () =>
      workspace.query(
        `SELECT count(*) AS calls, count(DISTINCT key) AS keys FROM audit_entry
         WHERE body ->> '$.run' = ? AND tool = 'crm.create_lead' AND outcome = 'done'`,
        String(run),
      );
    expect(leadsOf()[0]?.calls).toBeLessThan(leads);

    await until(() => done().includes(String(run)));
    other?.child.kill("SIGTERM");
    expect(await other?.ended).toMatchObject({ code: 0, signal: null });
    expect(leadsOf()).toEqual([{ calls: leads, keys: leads }]);
    const [resumed] = (other ? eventsOf(other) : []).filter(
      ({ runId, event }) => event === "step" && runId === run,
    );
    expect(resumed).toBeDefined();
    expect(await workspace.ringmain("audit", "verify")).toMatchObject({ code: 0 });
  });

  it("tells people what it does, and ends with 0 at Ctrl-C", async () => {
    await makeScheduled({ tick });
    const served = serve();
    await served.until("crm.list_owners");
    served.child.kill("SIGINT");
    const { code, stdout, stderr } = await served.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Serving 1 schedule of 1 workflow\. Ctrl-C ends it\.\n/);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}tick {2}due {2}\(/m);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}sched\/tick\/\S+ {2}✓ owners/m);
  });
});
