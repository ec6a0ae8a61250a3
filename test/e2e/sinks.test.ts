import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Collector, startCollector } from "../fixtures/sinks/collector.ts";
import { describeBuilt, startCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const look = `name: Look
agent: reader
steps:
  - id: owners
    call: crm.list_owners
`;

describeBuilt("sinks of the trail", () => {
  let workspace: TestWorkspace;
  let collector: Collector;

  beforeAll(async () => {
    collector = await startCollector();
    workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.list_owners"] } },
      agents: { reader: { tools: ["crm.list_owners"] } },
      workflows: { look },
      audit: { sinks: [{ file: "audit/trail.jsonl", rotate: "1KB" }, { otlp: collector.url }] },
    });
  });
  afterAll(async () => {
    await collector.kill();
    workspace.remove();
  });

  /** What the files hold, and what is in the trail. */
  function fileAndTrail() {
    const folder = join(workspace.dir, "audit");
    const files = readdirSync(folder).sort();
    const file = files.map((name) => readFileSync(join(folder, name), "utf8")).join("");
    const trail = workspace.query("SELECT body FROM audit_entry ORDER BY seq").map(({ body }) => `${body}\n`);
    return { file, trail: trail.join(""), entries: trail.length, files: files.length };
  }

  it("get what `ringmain run` has left for later, and a run is one trace", async () => {
    expect(await workspace.ringmain("run", "look")).toMatchObject({ code: 0 });
    expect(readdirSync(workspace.dir)).not.toContain("audit");
    const flushed = await workspace.ringmain("audit", "sinks", "--flush", "--json");
    expect(flushed).toMatchObject({ code: 0, stderr: "" });
    const up = { position: 3, lag: 0, failure: null, moved_at: expect.any(String) };
    expect(JSON.parse(flushed.stdout)).toEqual({
      entries: 3,
      sinks: [
        { sink: "file audit/trail.jsonl", kind: "file", target: "audit/trail.jsonl", ...up },
        { sink: `traces ${collector.url}`, kind: "traces", target: collector.url, ...up },
        { sink: `logs ${collector.url}`, kind: "logs", target: collector.url, ...up },
      ],
    });
    const { file, trail, files } = fileAndTrail();
    expect(file).toBe(trail);
    expect(files).toBeGreaterThan(1);
    const [called, run] = collector.spans;
    expect(run).toMatchObject({ name: "invoke_workflow look", parent: "" });
    expect(called).toMatchObject({
      name: "tools/call list_owners",
      traceId: run?.traceId,
      parent: run?.spanId,
    });
    expect(file).toContain(`"traceparent":"00-${run?.traceId}-${run?.spanId}-01"`);
    expect(collector.logs).toHaveLength(3);
  });

  it("lose nothing while a collector is down: `--flush` says so, and `serve` sends it when it is back", async () => {
    await collector.kill();
    expect(await workspace.ringmain("call", "crm.list_owners")).toMatchObject({ code: 0 });
    const failed = await workspace.ringmain("audit", "sinks", "--flush");
    expect(failed).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("cannot be reached (ECONNREFUSED)"),
    });
    expect(failed.stdout).toContain("✓ file audit/trail.jsonl: up to entry 4, all sent");
    expect(failed.stdout).toContain(`✗ traces ${collector.url}: up to entry 3, 1 behind`);

    collector = await startCollector(Number(new URL(collector.url).port));
    const served = startCli(["serve", "-w", workspace.dir, "--json"]);
    await served.until(`"sink":"traces ${collector.url}","status":"working","position":4`);
    await served.until(`"sink":"logs ${collector.url}","status":"working","position":4`);
    expect(await workspace.ringmain("call", "crm.list_owners")).toMatchObject({ code: 0 });
    served.child.kill("SIGTERM");
    expect(await served.ended).toMatchObject({ code: 0 });
    const { file, trail, entries } = fileAndTrail();
    expect(file).toBe(trail);
    const received = collector.logs.map(({ attributes }) => attributes["ringmain.entry"]);
    expect(received).toEqual(Array.from({ length: entries - 3 }, (_, index) => index + 4));
  });
});
