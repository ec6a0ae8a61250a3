import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import { createHub, type HubOptions } from "../../../src/hub/hub.ts";
import type { HubEvent } from "../../../src/hub/hub-event.ts";
import type { ServerSpec } from "../../../src/hub/server-spec.ts";

export function fixturePath(file: string): string {
  return join(import.meta.dirname, "../../fixtures/servers", file);
}

/** A fixture server by the name of its file, as the server `s`. */
export function fixture(file: string, args: string[] = [], more: Partial<ServerSpec> = {}): ServerSpec {
  return { name: "s", command: process.execPath, args: [fixturePath(file), ...args], ...more };
}

/** A hub over real processes, closed after the test, with waits short enough for a test. */
export function hubOver(servers: ServerSpec | ServerSpec[], options: Partial<HubOptions> = {}) {
  const events: HubEvent[] = [];
  const hub = createHub({
    log: (event) => events.push(event),
    ...options,
    servers: [servers].flat(),
    timings: { backoffMs: 5, backoffCapMs: 20, graceMs: 150, ...options.timings },
  });
  onTestFinished(() => hub.close());
  return { hub, events, pid: () => hub.status()[0]?.pid ?? 0, starts: () => hub.status()[0]?.starts };
}

/** An empty folder, removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ringmain-hub-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The lines of a file that may not exist yet. */
export function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

/** What a promise is rejected with, which must be a RingmainError. */
export async function errorOf(promise: Promise<unknown>): Promise<RingmainError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  if (!(error instanceof RingmainError)) throw new Error(`expected a RingmainError, got ${String(error)}`);
  return error;
}

/** Whether a process lives; one that ended and is not yet reaped by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits until a process has ended. */
export function waitForEnd(pid: number): Promise<void> {
  return vi.waitFor(() => {
    if (isAlive(pid)) throw new Error(`process ${pid} lives`);
  }, 5_000);
}
