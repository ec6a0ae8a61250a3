import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isFree } from "../../../../src/engine/sqlite/lease.ts";
import { systemLiveness } from "../../../../src/engine/sqlite/liveness.ts";

const live = systemLiveness();

test("this process is alive", () => {
  expect(live.self.pid).toBe(process.pid);
  expect(live.isAlive(live.self)).toBe(true);
});

test("a process on another host cannot be judged", () => {
  expect(live.isAlive({ ...live.self, host: "elsewhere" })).toBeUndefined();
});

test.runIf(process.platform === "linux")(
  "a process that has its pid from an earlier one is another process",
  () => {
    expect(live.isAlive({ ...live.self, startedAt: "1" })).toBe(false);
  },
);

test("a killed process is dead, even while its parent has not waited for it", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error("no pid");
  const startedAt = process.platform === "linux" ? await startOf(pid) : "";
  const identity = { ...live.self, pid, startedAt };
  expect(live.isAlive(identity)).toBe(true);
  process.kill(pid, "SIGKILL");
  // Node waits for the child in a later turn of its loop: until then it is a zombie.
  await expect.poll(() => live.isAlive(identity), { interval: 1 }).toBe(false);
});

test("a lease is free when there is none, its process is gone, or it has expired", () => {
  const now = new Date("2026-11-23T08:00:00Z");
  const lease = { owner: "o", process: live.self, expiresAt: new Date("2026-11-23T08:00:01Z") };
  const judge = (alive: boolean | undefined) => ({ self: live.self, isAlive: () => alive });
  expect(isFree(undefined, now, judge(true))).toBe(true);
  expect(isFree(lease, now, judge(true))).toBe(false);
  expect(isFree(lease, now, judge(undefined))).toBe(false);
  expect(isFree(lease, now, judge(false))).toBe(true);
  expect(isFree({ ...lease, expiresAt: now }, now, judge(true))).toBe(true);
});

async function startOf(pid: number): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
