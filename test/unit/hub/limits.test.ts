import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import { errorOf, fixture, hubOver, isAlive, linesOf, temporaryFolder } from "./fixture-hub.ts";

const work = { tool: "s.work", arguments: {} };
const sleepCall = { tool: "s.sleep", arguments: { ms: 60_000 } };

function sleeper() {
  const log = join(temporaryFolder(), "log");
  const called = () => vi.waitFor(() => expect(linesOf(log).join()).toContain("call sleep"));
  const cancelled = () => vi.waitFor(() => expect(linesOf(log)).toContain("cancelled"));
  return {
    ...hubOver(fixture("echo.mjs", [], { env: { LOG_FILE: log }, timeoutMs: 50 })),
    called,
    cancelled,
  };
}

test("a server that never answers is given up after its start time, and not left running", async () => {
  const { hub, pid } = hubOver(fixture("never-answers.mjs"), { timings: { startMs: 300 } });
  const call = errorOf(hub.call(work));
  const server = pid();
  expect(isAlive(server)).toBe(true);
  expect(await call).toMatchObject({
    code: "SERVER_UNAVAILABLE",
    message: "Server s started, but did not answer within 300 ms.",
  });
  expect(isAlive(server)).toBe(false);
});

test("a call that takes too long fails, and its server is told to stop", async () => {
  const { hub, cancelled, starts } = sleeper();
  expect(await errorOf(hub.call(sleepCall))).toMatchObject({
    code: "TIMEOUT",
    message: "s.sleep did not answer within 50 ms.",
    retryable: false,
  });
  await cancelled();
  // with a key it is safe to call again
  expect(await errorOf(hub.call({ ...sleepCall, key: "k" }))).toMatchObject({
    code: "TIMEOUT",
    retryable: true,
  });
  // the call's own limit goes before the server's
  const short = { tool: "s.sleep", arguments: { ms: 100 }, timeoutMs: 5_000 };
  expect(await hub.call(short)).toMatchObject({ result: {} });
  expect(starts()).toBe(1);
});

test("a cancelled call fails at once, and its server is told to stop", async () => {
  const { hub, called, cancelled } = sleeper();
  const caller = new AbortController();
  const call = errorOf(hub.call({ ...sleepCall, timeoutMs: 60_000, signal: caller.signal }));
  await called();
  caller.abort();
  expect(await call).toMatchObject({ code: "RUN_CANCELLED", message: "s.sleep was cancelled." });
  await cancelled();
  expect(await hub.call({ tool: "s.echo", arguments: { text: "a" } })).toMatchObject({
    result: { text: "a" },
  });
});

test("a cancelled call fails with the signal's own reason", async () => {
  const { hub, called } = sleeper();
  const caller = new AbortController();
  const call = errorOf(hub.call({ ...sleepCall, timeoutMs: 60_000, signal: caller.signal }));
  await called();
  const reason = new RingmainError("LIMIT_EXCEEDED", "The run's 15 minutes are over.");
  caller.abort(reason);
  expect(await call).toBe(reason);
  expect(await errorOf(hub.call({ ...sleepCall, signal: AbortSignal.abort(reason) }))).toBe(reason);
});

test("what a server prints to stdout is skipped with one warning", async () => {
  const { hub, events } = hubOver(fixture("prints-to-stdout.mjs"));
  expect(await hub.call(work)).toEqual({ result: { ok: true }, entry: 1 });
  expect(await hub.call(work)).toEqual({ result: { ok: true }, entry: 1 });
  expect(events.filter(({ level }) => level === "warn")).toEqual([
    {
      level: "warn",
      server: "s",
      message:
        'It wrote "Welcome to this server" to stdout, which was skipped. ' +
        "Only MCP messages belong on stdout; print to stderr instead.",
    },
  ]);
});

test("an answer over 10 MiB fails its own call at once, and no other", async () => {
  const { hub, events, starts } = hubOver(fixture("huge-line.mjs"));
  const huge = errorOf(hub.call({ tool: "s.work", arguments: { huge: true } }));
  const other = hub.call(work);
  expect(await huge).toMatchObject({ code: "INTERNAL" });
  expect(await other).toMatchObject({ result: { ok: true } });
  expect(await hub.call(work)).toMatchObject({ result: { ok: true } });
  expect(starts()).toBe(1);
  expect(events.filter(({ level }) => level === "warn")).toHaveLength(1);
});
