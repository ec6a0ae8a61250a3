import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { contend, contenders, makeContendedWorkspace } from "../drills/contend.ts";
import { makeWorkspace } from "../helpers/workspace.ts";

const patienceMs = 300_000;

describe.concurrent("of processes that want one database", { timeout: patienceMs }, () => {
  // one call at a time at each server, as a person's client does; then so many that they share commits, as runs do
  it("six call the same tools, and no call is lost, none starves", async () => {
    using workspace = await makeContendedWorkspace();
    const inFlight = [1, 6];
    const windows = await contend(workspace, { windowMs: 2_500, inFlight });
    for (const [index, reports] of windows.entries()) {
      // `database is locked`, STORE_BUSY or anything else that reaches a caller stands here
      expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
      for (const { sent, answered } of reports) expect(answered).toHaveLength(sent);

      const completed = reports.map(({ answered }) => answered.filter(({ inWindow }) => inWindow).length);
      console.info(`${inFlight[index]} in flight: ${completed.join(" ")} calls`);
      expect(Math.min(...completed)).toBeGreaterThanOrEqual(Math.max(...completed) / 4);
    }

    // each answer names an entry of its own: by that caller, of that tool, with the one effect it asked for
    const principals = new Map(contenders.map(({ name, principal }) => [name, principal]));
    const answers = windows
      .flat()
      .flatMap(({ name, answered }) =>
        answered.map(({ entry, tool, marker }) => `${entry} ${principals.get(name)} ${tool} ${marker}`),
      );
    const effects = workspace.query(
      `SELECT e.seq, e.principal, e.tool, coalesce(t.title, m.reason) AS marker
       FROM audit_entry e, json_each(e.body, '$.changed') c
       LEFT JOIN crm_task t ON t.id = c.value ->> '$[1]' LEFT JOIN inventory_movement m ON m.id = c.value ->> '$[1]'
       WHERE e.outcome = 'done' AND e.tool IN ('crm.create_task', 'inventory.adjust_stock')`,
    );
    expect(effects.map((row) => Object.values(row).join(" ")).sort()).toEqual(answers.sort());
    const rows = workspace.query(
      `SELECT (SELECT count(*) FROM crm_task) + (SELECT count(*) FROM inventory_movement WHERE kind = 'adjustment') AS n`,
    );
    expect(rows).toEqual([{ n: answers.length }]);

    const { code, stdout } = await workspace.ringmain("audit", "verify", "--json");
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, ok: true, faults: [] });
  });

  it("one meets a lock that stays: its call gives up after a while, having done nothing", async () => {
    using workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.upsert_owner"] } },
    });
    const call = (name: string) =>
      workspace.ringmain("call", "crm.upsert_owner", "-a", `name=${name}`, `email=${name}@example.com`);
    expect(await call("Nina")).toMatchObject({ code: 0 });
    const holder = new DatabaseSync(workspace.databasePath);
    holder.exec("BEGIN IMMEDIATE");
    try {
      const { code, stdout, stderr } = await call("Max");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain("STORE_BUSY  The database stayed locked by another process.");
      expect(stderr).toContain("Nothing was done; try again.");
    } finally {
      holder.exec("COMMIT");
      holder.close();
    }
    expect(workspace.query("SELECT count(*) AS entries FROM audit_entry")).toEqual([{ entries: 1 }]);
  });
});
