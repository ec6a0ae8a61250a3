import { expect, test } from "vitest";
import { contend, contenders, makeContendedWorkspace } from "../drills/contend.ts";

const patienceMs = 300_000;

// One call at a time at each server, as a person's client does; and so many that they share commits, as runs do.
test.for([{ inFlight: 1 }, { inFlight: 6 }])(
  "six processes call the same tools, $inFlight in flight at each server: no call is lost, none starves",
  { timeout: patienceMs },
  async ({ inFlight }) => {
    using workspace = await makeContendedWorkspace();
    const reports = await contend(workspace, { windowMs: 4_000, inFlight });

    // `database is locked`, STORE_BUSY or anything else that reaches a caller stands here
    expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
    for (const { sent, answered } of reports) expect(answered).toHaveLength(sent);

    // each answer names an entry of its own: by that caller, of that tool, with the one effect it asked for
    const principals = new Map(contenders.map(({ name, principal }) => [name, principal]));
    const answers = reports.flatMap(({ name, answered }) =>
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

    const completed = reports.map(({ answered }) => answered.filter(({ inWindow }) => inWindow).length);
    console.info(`${inFlight} in flight: ${completed.join(" ")} calls`);
    expect(Math.min(...completed)).toBeGreaterThanOrEqual(Math.max(...completed) / 4);

    const { code, stdout } = await workspace.ringmain("audit", "verify", "--json");
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, ok: true, faults: [] });
  },
);
