import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import {
  errorOf,
  fixture,
  fixturePath,
  hubOver,
  isAlive,
  temporaryFolder,
  waitForEnd,
} from "./fixture-hub.ts";

test("close ends a server by closing its stdin, and fails the calls in flight", async () => {
  const { hub, pid } = hubOver(fixture("echo.mjs"), { timings: { graceMs: 5_000 } });
  await hub.tools();
  const server = pid();
  const inFlight = errorOf(hub.call({ tool: "s.sleep", arguments: { ms: 60_000 }, key: "k" }));
  const before = performance.now();
  await hub.close();
  expect(performance.now() - before).toBeLessThan(5_000);
  expect(isAlive(server)).toBe(false);
  expect(await inFlight).toMatchObject({ code: "SERVER_UNAVAILABLE", retryable: true });
  expect(hub.status()).toMatchObject([{ state: "closed", starts: 1 }]);
});

test("close ends a server that ignores the end of stdin and SIGTERM", async () => {
  const { hub, pid } = hubOver(fixture("ignores-sigterm.mjs"));
  await hub.tools();
  const server = pid();
  expect(isAlive(server)).toBe(true);
  await hub.close();
  expect(isAlive(server)).toBe(false);
});

test("close ends what a server started, even when it ignores SIGTERM", async () => {
  const { hub } = hubOver(fixture("spawns-grandchild.mjs"));
  const { result } = await hub.call({ tool: "s.work", arguments: {} });
  const { grandchild, pid } = Object(result);
  expect([isAlive(grandchild), isAlive(pid)]).toEqual([true, true]);
  await hub.close();
  await waitForEnd(grandchild);
  expect(isAlive(pid)).toBe(false);
});

test("what a crashed server started dies with it", async () => {
  const { hub } = hubOver(fixture("spawns-grandchild.mjs"));
  const { result } = await hub.call({ tool: "s.work", arguments: {} });
  await errorOf(hub.call({ tool: "s.work", arguments: { crash: true } }));
  await waitForEnd(Object(result).grandchild);
});

test("close ends a server that is still starting", async () => {
  const gate = `${temporaryFolder()}/never`;
  const { hub, pid } = hubOver(fixture("slow-start.mjs", [gate]));
  const call = errorOf(hub.call({ tool: "s.work", arguments: {} }));
  const server = pid();
  expect(isAlive(server)).toBe(true);
  await hub.close();
  expect(await call).toMatchObject({ code: "SERVER_UNAVAILABLE" });
  expect(isAlive(server)).toBe(false);
});

/** Runs a host program and returns it with the pid of its server. */
async function startHost(mode: "stay" | "exit", server: string) {
  const host = spawn(process.execPath, [fixturePath("hub-host.ts"), mode, fixturePath(server)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void host.kill("SIGKILL"));
  const { promise, resolve } = Promise.withResolvers<number>();
  createInterface({ input: host.stdout }).once("line", (line) => resolve(Number(line)));
  const pid = await promise;
  expect(pid).toBeGreaterThan(0);
  return { host, pid };
}

test("a server ends when its host is killed with SIGKILL", async () => {
  const { host, pid } = await startHost("stay", "echo.mjs");
  expect(isAlive(pid)).toBe(true);
  host.kill("SIGKILL");
  await waitForEnd(pid);
});

test("a host that exits without closing its hub leaves no server behind, however stubborn", async () => {
  const { pid } = await startHost("exit", "ignores-sigterm.mjs");
  await waitForEnd(pid);
});
