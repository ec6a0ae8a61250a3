import { dirname } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { EntryDraft } from "../../../src/audit/entry.ts";
import { tracePlaceOfRun, traceparentOf } from "../../../src/core/trace-context.ts";
import { createFollower } from "../../../src/sinks/follower.ts";
import { createOtlpSink, type OtlpSignal } from "../../../src/sinks/otlp-sink.ts";
import { readSinkState, type SinkFailure } from "../../../src/sinks/sink-state.ts";
import { createTrailReader } from "../../../src/sinks/trail-reader.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";
import { startCollector } from "../../fixtures/sinks/collector.ts";

const origin = "this workspace";
const collectorsSpan = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

async function openTest(environment: NodeJS.ProcessEnv = {}) {
  const trail = await temporaryTrail();
  const stateDir = dirname(trail.path);
  const reader = createTrailReader(trail.path);
  const collector = await startCollector();
  const failures: SinkFailure[] = [];
  const told: string[] = [];
  let now = new Date("2026-11-23T08:00:00Z");
  const follow = (signal: OtlpSignal) => {
    const sink = createOtlpSink({
      name: signal,
      url: collector.url,
      signal,
      origin,
      workspaceName: "Harbour",
      runStarted: reader.runStarted,
      headersEnv: "HEADERS" in environment ? "HEADERS" : undefined,
      environment,
    });
    return createFollower({
      sink,
      trail: reader,
      stateDir,
      random: () => 0.5,
      events: {
        failed: (_, failure) => void failures.push(failure),
        recovered: (_, position) => void told.push(`recovered at ${position}`),
        note: (_, text) => void told.push(text),
      },
    });
  };
  const traces = follow("traces");
  const logs = follow("logs");
  onTestFinished(async () => {
    await traces.close();
    await logs.close();
    reader.close();
    await collector.kill();
    trail[Symbol.dispose]();
  });
  return {
    trail,
    stateDir,
    collector,
    failures,
    told,
    traces,
    logs,
    pass: (ms: number) => {
      now = new Date(now.getTime() + ms);
      return now;
    },
  };
}

const call: Partial<EntryDraft> = {
  time: "2026-11-23T07:59:00.250Z",
  principal: "agent:collector",
  server: "accounting",
  tool: "accounting.send_reminder",
  effect: "send",
  policies: ["grant:agents/collector.md"],
  duration_us: 1_234,
};
const ofRun = { run: "run_1", step: "remind", workflow: "chase", key: "run_1/remind", once: "secret-key" };

describe("a collector", () => {
  it("gets a call as a span by the conventions of MCP, and nothing that was said in it", async () => {
    const { trail, traces, collector, pass } = await openTest();
    await trail.append({ ...call, ...ofRun, changed: [["accounting_invoice", "inv_1", 3]] });
    await traces.tick(pass(0));
    const run = tracePlaceOfRun("run_1", origin);
    const startNs = BigInt(Date.parse("2026-11-23T07:59:00.250Z")) * 1_000_000n;
    expect(collector.spans).toEqual([
      {
        name: "tools/call send_reminder",
        kind: 2,
        traceId: run.traceId,
        parent: run.spanId,
        spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
        startNs,
        endNs: startNs + 1_234_000n,
        status: { code: 0, message: "" },
        resource: { "service.name": "ringmain", "ringmain.workspace": "Harbour" },
        attributes: expect.objectContaining({
          "mcp.method.name": "tools/call",
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": "send_reminder",
          "ringmain.entry": 1,
          "ringmain.principal": "agent:collector",
          "ringmain.decision": "allow",
          "ringmain.policies": ["grant:agents/collector.md"],
          "ringmain.run": "run_1",
          "ringmain.step": "remind",
          "ringmain.workflow": "chase",
          "ringmain.changed": ["accounting_invoice inv_1 3"],
        }),
      },
    ]);
    const text = JSON.stringify(collector.spans[0]?.attributes);
    for (const kept of ["secret-key", '"n"', "commitment"]) expect(text).not.toContain(kept);
  });

  it("gets a refusal as an error, and the caller's own span as its parent", async () => {
    const { trail, traces, collector, pass } = await openTest();
    const refusal = {
      outcome: "denied",
      decision: "deny",
      error: "POLICY_DENIED",
      reason: "No grant.",
    } as const;
    await trail.append({ ...call, ...refusal, traceparent: collectorsSpan });
    await traces.tick(pass(0));
    expect(collector.spans).toMatchObject([
      {
        traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
        parent: "00f067aa0ba902b7",
        status: { code: 2, message: "No grant." },
        attributes: { "error.type": "tool_error", "ringmain.error": "POLICY_DENIED" },
      },
    ]);
  });

  it("gets a run as the span over its calls, once it has ended", async () => {
    const { trail, traces, logs, collector, pass } = await openTest();
    const of = {
      server: "ringmain",
      kind: "run",
      run: "run_1",
      workflow: "chase",
      effect: "create",
    } as const;
    await trail.append(
      { ...of, tool: "ringmain.start_run", time: "2026-11-23T07:58:00.000Z" },
      { ...call, ...ofRun, traceparent: traceparentOf(tracePlaceOfRun("run_1", origin)) },
      {
        ...of,
        tool: "ringmain.finish_run",
        time: "2026-11-23T08:00:01.000Z",
        outcome: "failed",
        error: "TIMEOUT",
      },
    );
    await traces.tick(pass(0));
    await logs.tick(pass(0));
    const [called, run] = collector.spans;
    expect(run).toMatchObject({ name: "invoke_workflow chase", kind: 1, parent: "", status: { code: 2 } });
    expect(run?.attributes).toMatchObject({
      "gen_ai.operation.name": "invoke_workflow",
      "error.type": "TIMEOUT",
    });
    expect(Number((run?.endNs ?? 0n) - (run?.startNs ?? 0n))).toBe(121_000_000_000);
    expect(called).toMatchObject({ traceId: run?.traceId, parent: run?.spanId });
    // the log records name the same spans; a run's start belongs to the run
    expect(collector.logs.map(({ spanId }) => spanId)).toEqual([run?.spanId, called?.spanId, run?.spanId]);
  });

  it("gets every entry as a log record, whatever its kind", async () => {
    const { trail, logs, collector, pass } = await openTest();
    await trail.append(
      { ...call, outcome: "failed", error: "TIMEOUT" },
      {
        kind: "delivery",
        server: "crm",
        tool: "crm.deliver_message",
        outcome: "unknown",
        reason: "no such ann@x.example",
      },
      { kind: "call", server: "crm", tool: "crm.resource:deal", effect: "read" },
    );
    await logs.tick(pass(0));
    expect(collector.logs).toMatchObject([
      {
        severity: "ERROR",
        eventName: "ringmain.call",
        body: "agent:collector accounting.send_reminder failed TIMEOUT",
        timeNs: BigInt(Date.parse("2026-11-23T07:59:00.250Z")) * 1_000_000n,
      },
      { severity: "WARN", eventName: "ringmain.delivery" },
      { severity: "INFO", attributes: { "mcp.method.name": "resources/read" } },
    ]);
    expect(new Set(collector.logs.map(({ attributes }) => attributes["log.record.uid"])).size).toBe(3);
    expect(JSON.stringify(collector.logs.map(({ attributes }) => attributes))).not.toContain("ann@x.example");
  });

  it("may die and come back: every entry arrives, in batches, with the same ids each time", async () => {
    const test = await openTest();
    const { trail, traces, logs, failures, told } = test;
    await trail.append(...Array.from({ length: 600 }, () => call));
    await Promise.all([traces.tick(test.pass(0)), logs.tick(test.pass(0))]);
    expect(test.collector.spans).toHaveLength(600);
    await test.collector.kill();
    await trail.append(...Array.from({ length: 3 }, () => call));
    await Promise.all([traces.tick(test.pass(0)), logs.tick(test.pass(0))]);
    await Promise.all([traces.tick(test.pass(2_000)), logs.tick(test.pass(0))]);
    expect(failures.map(({ code }) => code)).toEqual(["SERVER_UNAVAILABLE", "SERVER_UNAVAILABLE"]);
    expect(failures[0]?.message).toContain("cannot be reached (ECONNREFUSED)");

    const again = await startCollector(Number(new URL(test.collector.url).port));
    onTestFinished(() => again.kill());
    await Promise.all([traces.tick(test.pass(600_000)), logs.tick(test.pass(0))]);
    expect(told).toEqual(["recovered at 603", "recovered at 603"]);
    const numbers = [...test.collector.spans, ...again.spans].map(
      ({ attributes }) => attributes["ringmain.entry"],
    );
    expect(numbers).toEqual(Array.from({ length: 603 }, (_, index) => index + 1));
    expect([...test.collector.logs, ...again.logs]).toHaveLength(603);
  });

  it("that took a batch and whose answer was lost gets the same spans again", async () => {
    const { trail, traces, collector, stateDir, pass } = await openTest();
    await trail.append(call, call);
    await traces.tick(pass(0));
    const before = readSinkState(stateDir, "traces")?.progress?.position;
    const { spans } = collector;
    collector.answer({ take: true, but: 502 });
    await trail.append(call);
    await traces.tick(pass(0));
    expect(readSinkState(stateDir, "traces")?.progress?.position).toBe(before);
    collector.answer({ take: true });
    await traces.tick(pass(2_000));
    expect(spans).toHaveLength(4);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(3);
  });

  it("is asked again when it said so", async () => {
    const { trail, logs, collector, failures, pass } = await openTest();
    collector.answer({ status: 503, headers: { "retry-after": "120" } });
    await trail.append(call);
    await logs.tick(pass(0));
    collector.answer({ take: true });
    await logs.tick(pass(119_000));
    expect(collector.logs).toEqual([]);
    await logs.tick(pass(1_000));
    expect(collector.logs).toHaveLength(1);
    expect(failures).toMatchObject([
      { code: "SERVER_UNAVAILABLE", message: expect.stringMatching(/answered 503\.$/) },
    ]);
  });

  it("gets less at once when a request is too large for it", async () => {
    const { trail, logs, collector, failures, pass } = await openTest();
    collector.answer((bytes) => (bytes > 6_000 ? { status: 413 } : { take: true }));
    await trail.append(...Array.from({ length: 50 }, () => call));
    await logs.tick(pass(0));
    expect(collector.logs).toHaveLength(50);
    expect(failures).toEqual([]);
  });

  it("may reject records for good: that is told, and they are not sent again", async () => {
    const { trail, logs, collector, told, pass } = await openTest();
    collector.answer({ take: true, body: Uint8Array.of(0x0a, 2, 0x08, 2) });
    await trail.append(call, call, call);
    await logs.tick(pass(0));
    await logs.tick(pass(1_000));
    expect(told).toEqual(["The collector rejected 2 log records up to entry 3."]);
    expect(collector.requests).toHaveLength(1);
  });

  it("gets the headers of an environment variable, which no message repeats", async () => {
    const environment: NodeJS.ProcessEnv = { HEADERS: "" };
    const { trail, logs, collector, failures, pass } = await openTest(environment);
    await trail.append(call);
    await logs.tick(pass(0));
    environment.HEADERS = "authorization=Bearer%20s3cret,x-team=books";
    collector.answer({ status: 401 });
    await logs.tick(pass(2_000));
    expect(collector.requests).toMatchObject([{ authorization: "Bearer s3cret", "x-team": "books" }]);
    collector.answer({ take: true });
    environment.HEADERS = "authorization:Bearer s3cret";
    await logs.tick(pass(600_000));
    expect(failures).toMatchObject([
      { code: "STATE_INVALID", message: expect.stringContaining("HEADERS is empty") },
    ]);
    expect(readSinkState(dirnameOf(trail), "logs")?.failure?.message).toBe(
      "HEADERS does not hold headers: each is name=value, and a comma stands between two.",
    );
  });

  it("that never answers is given up when the program ends, and keeps nobody waiting meanwhile", async () => {
    const { trail, traces, logs, collector, failures, pass } = await openTest();
    await trail.append(call);
    collector.answer("hang");
    const hanging = traces.tick(pass(0));
    await collector.hanging;
    collector.answer({ take: true });
    await logs.tick(pass(0));
    expect(collector.logs).toHaveLength(1);
    await trail.append(call);
    await traces.close();
    await hanging;
    expect(failures).toEqual([]);
  });
});

function dirnameOf({ path }: { path: string }): string {
  return dirname(path);
}
