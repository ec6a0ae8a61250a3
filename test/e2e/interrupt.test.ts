import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeBuilt, expectNoProcesses, startCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

describeBuilt("an interrupted run", () => {
  const tasks = 80;
  const approach = `name: Approach
agent: approachr
steps:
  - id: approach
    for_each: \${{ ${JSON.stringify(Array.from({ length: tasks }, (_value, index) => index))} }}
    as: number
    key: \${{ string(number) }}
    steps:
      - id: task
        call: crm.create_lead
        with: { company_name: "Company \${{ number }}", contact_name: "Person \${{ number }}" }
`;
  let workspace: TestWorkspace;
  const leads = () => workspace.query("SELECT count(*) AS leads FROM crm_lead")[0]?.leads;
  const run = (...args: string[]) => startCli(["run", "approach", "-w", workspace.dir, ...args]);

  beforeEach(async () => {
    workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*", "crm.upsert_owner"] } },
      agents: { approachr: { tools: ["crm.*", "crm.create_lead"] } },
      workflows: { approach },
    });
    expect(
      await workspace.ringmain("call", "crm.upsert_owner", "-a", "name=Nina", "email=nina@example.com"),
    ).toMatchObject({ code: 0 });
  });
  afterEach(() => {
    workspace.remove();
  });

  describe.each(["SIGINT", "SIGTERM"] as const)("by %s", (signal) => {
    it("ends with 130 and no process left; the next run takes it up and finishes", async () => {
      const first = run("--json");
      await first.until('"path":"approach[20]/task"');
      first.child.kill(signal);
      const interrupted = await first.ended;
      expect(interrupted).toMatchObject({ code: 130, signal: null });
      const events = interrupted.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(events.at(-1)).toMatchObject({ event: "run", status: "running" });
      await expectNoProcesses(workspace.dir);
      const before = Number(leads());
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(tasks);

      const listed = await workspace.ringmain("runs");
      expect(listed.stdout).toMatch(/^interrupted .* approach /);
      const second = await run().ended;
      expect(second.code).toBe(0);
      expect(second.stderr).toContain(
        `Taking up run ${events.at(-1).id}, which was interrupted, with the workflow as it was then`,
      );
      expect(leads()).toBe(tasks);
      const writes = workspace.query(
        "SELECT count(*) AS calls, count(DISTINCT key) AS keys FROM audit_entry WHERE tool = 'crm.create_lead' AND outcome = 'done'",
      );
      expect(writes).toEqual([{ calls: tasks, keys: tasks }]);
      expect(await workspace.ringmain("audit", "verify")).toMatchObject({ code: 0 });
      await expectNoProcesses(workspace.dir);
    });
  });

  it("says to a person how to go on", async () => {
    const first = run();
    await until(() => Number(leads()) > 5);
    first.child.kill("SIGINT");
    const { code, stdout, stderr } = await first.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^‖ interrupted after /m);
    expect(stderr).toContain("Go on with it: ringmain run approach");
    expect(stdout + stderr).not.toMatch(/INTERNAL|STEP_FAILED|SERVER_UNAVAILABLE/);
  });
});

/** Waits for a condition of the database, which other processes bring about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}
