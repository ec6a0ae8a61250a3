import { join } from "node:path";
import { expect, test } from "vitest";
import { errorOf, fixture, hubOver, linesOf, temporaryFolder } from "./fixture-hub.ts";

const work = { tool: "s.work", arguments: {} };

test("gives up a server that keeps crashing at its start, and repeats its last words", async () => {
  const log = join(temporaryFolder(), "log");
  const { hub, events } = hubOver(fixture("crash-at-start.mjs", ["3"], { env: { LOG_FILE: log } }));
  const errors = await Promise.all([errorOf(hub.call(work)), errorOf(hub.tools())]);
  expect(errors[0]).toBe(errors[1]);
  expect(errors[0]).toMatchObject({
    code: "SERVER_UNAVAILABLE",
    retryable: false,
    message:
      "Server s stopped at its start 5 times in a row (exit code 3). It wrote:\n  opening the store\n  the disk is full",
    details: { server: "s", exitCode: 3, signal: null, stderr: ["opening the store", "the disk is full"] },
  });
  expect(errors[0].hint).toContain("ringmain mcp s");
  expect(linesOf(log)).toHaveLength(5);
  expect(events.filter(({ level }) => level === "warn")).toHaveLength(5);
  await errorOf(hub.call(work));
  expect(linesOf(log)).toHaveLength(5);
});

test("tries again, once a call, after the server was given up for a while", async () => {
  let now = 0;
  const { hub, starts } = hubOver(fixture("crash-at-start.mjs"), {
    clock: { now: () => new Date(now) },
    timings: { maxCrashes: 2, cooldownMs: 1_000, backoffMs: 1 },
  });
  await errorOf(hub.call(work));
  expect(starts()).toBe(2);
  now = 2_000;
  await errorOf(hub.call(work));
  expect(starts()).toBe(3);
});

test("does not start again what its own exit code calls a fault of a file", async () => {
  const { hub, starts } = hubOver(fixture("crash-at-start.mjs", ["2"]));
  const error = await errorOf(hub.call(work));
  expect(error).toMatchObject({ code: "SERVER_UNAVAILABLE" });
  expect(error.message).toMatch(/^Server s stopped at its start \(exit code 2\)\. It wrote:/);
  expect(starts()).toBe(1);
});

test("says when the program is not there", async () => {
  const { hub, starts } = hubOver({ name: "s", command: "/nowhere/server", args: [] });
  const error = await errorOf(hub.call(work));
  expect(error).toMatchObject({ code: "SERVER_UNAVAILABLE", retryable: false });
  expect(error.message).toBe("Server s cannot be started: ENOENT, /nowhere/server");
  expect(error.hint).toContain("Check the command of server s in ringmain.yaml");
  expect(starts()).toBe(1);
});

test("starts a server again that crashed once at its start", async () => {
  const { hub, starts } = hubOver(fixture("crash-once.mjs", [join(temporaryFolder(), "file")]));
  expect(await hub.call(work)).toEqual({ result: { ok: true }, entry: 1 });
  expect(starts()).toBe(2);
});

test("sends a keyed call again, with the same key, when the server dies under it", async () => {
  const file = join(temporaryFolder(), "keys");
  const { hub, starts } = hubOver(fixture("crash-mid-call.mjs", [file, "2"]));
  expect(await hub.call({ ...work, key: "run_1/work" })).toMatchObject({ result: { calls: 3 } });
  expect(linesOf(file)).toEqual(["run_1/work", "run_1/work", "run_1/work"]);
  expect(starts()).toBe(3);
});

test("sends a keyed call three times at most", async () => {
  const file = join(temporaryFolder(), "keys");
  const { hub } = hubOver(fixture("crash-mid-call.mjs", [file, "99"]));
  const error = await errorOf(hub.call({ ...work, once: "order/7" }));
  expect(error).toMatchObject({ code: "SERVER_UNAVAILABLE", retryable: true, details: { exitCode: 7 } });
  expect(linesOf(file)).toHaveLength(3);
});

test("does not send a call without a key again, and the server serves the next one", async () => {
  const file = join(temporaryFolder(), "keys");
  const { hub } = hubOver(fixture("crash-mid-call.mjs", [file, "1"]));
  const error = await errorOf(hub.call(work));
  expect(error).toMatchObject({ code: "SERVER_UNAVAILABLE", retryable: true });
  expect(error.message).toBe("Server s stopped unexpectedly (exit code 7). The call may have been done.");
  expect(linesOf(file)).toEqual(["none"]);
  expect(hub.status()).toMatchObject([{ state: "down", callsInFlight: 0 }]);
  expect(await hub.call(work)).toMatchObject({ result: { calls: 2 } });
});

test("many keyed calls in flight survive a SIGKILL of their server, each done once", async () => {
  const folder = temporaryFolder();
  const env = { KEYS_FILE: join(folder, "keys"), LOG_FILE: join(folder, "log") };
  const { hub, pid, starts } = hubOver(fixture("echo.mjs", [], { env }));
  await hub.tools();
  const first = pid();
  const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`);
  const calls = keys.map((key) => hub.call({ tool: "s.add", arguments: { text: "a" }, key }));
  await calls[0];
  process.kill(first, "SIGKILL");
  await Promise.all(calls);
  expect(linesOf(env.KEYS_FILE).sort()).toEqual([...keys].sort());
  // the kill may find all calls answered; then the next call starts the server again
  await hub.call({ tool: "s.echo", arguments: { text: "a" } }).catch(() => {});
  await hub.call({ tool: "s.echo", arguments: { text: "a" } });
  expect(starts()).toBe(2);
});
