import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { transact } from "../../src/db/transaction.ts";
import { issueCredential } from "../../src/identity/credentials.ts";
import { readPrivateKey } from "../../src/identity/keys.ts";
import { createSigner } from "../../src/identity/tokens.ts";
import { openWorkspaceDatabase } from "../../src/kit/open-store.ts";
import { type CallerReport, type CallerSetting, callerReport } from "../fixtures/contention/setting.ts";
import type { TestWorkspace } from "../helpers/workspace.ts";
import { makeDrillWorkspace } from "./drill-workspace.ts";

const program = fileURLToPath(new URL("../fixtures/contention/caller.ts", import.meta.url));
const tools = ["crm.*", "inventory.*", "crm.create_task", "inventory.adjust_stock"];

/** Three call as clients with credentials, three as agents through a hub. */
export const contenders = [1, 2, 3].flatMap((number) => [
  { name: `desktop-${number}`, as: "client" as const, principal: `client:desktop-${number}` },
  { name: `agent-${number}`, as: "hub" as const, principal: `agent:agent-${number}` },
]);

/** A workspace in which all six may read both servers and write with one tool of each. */
export function makeContendedWorkspace(): Promise<TestWorkspace> {
  const grantsOf = (as: string) =>
    Object.fromEntries(contenders.filter((one) => one.as === as).map(({ name }) => [name, { tools }]));
  return makeDrillWorkspace({ clients: grantsOf("client"), agents: grantsOf("hub") });
}

/**
 * Lets all six call at once for so many milliseconds, once for each number of calls in flight at each server.
 * Returns what each of them got, by window.
 */
export async function contend(
  workspace: TestWorkspace,
  { windowMs, inFlight }: { windowMs: number; inFlight: readonly number[] },
): Promise<CallerReport[][]> {
  const callers = await Promise.all(
    contenders.map(async (contender, index) => {
      const secret = await secretOf(workspace, contender);
      const { name, as } = contender;
      return startCaller({
        name,
        as,
        secret,
        workspace: workspace.dir,
        sku: `ROPE-${index + 1}`,
        windowMs,
      });
    }),
  );
  try {
    await Promise.all(callers.map(({ ready }) => ready));
    const windows: CallerReport[][] = [];
    for (const number of inFlight) {
      windows.push(await Promise.all(callers.map(({ callWith }) => callWith(number))));
    }
    return windows;
  } finally {
    await Promise.all(callers.map(({ end }) => end()));
  }
}

function startCaller(setting: CallerSetting) {
  const child = spawn(process.execPath, [program, JSON.stringify(setting)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const early = ended.then(([code]) => {
    throw new Error(`${setting.name} ended early with ${code}`);
  });
  early.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => String((await Promise.race([lines.next(), early])).value);
  const ready = nextLine();
  return {
    ready,
    async callWith(inFlight: number): Promise<CallerReport> {
      child.stdin.write(`${inFlight}\n`);
      return callerReport.parse(JSON.parse(await nextLine()));
    },
    async end() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function secretOf(
  workspace: TestWorkspace,
  { as, principal }: (typeof contenders)[number],
): Promise<string> {
  const now = new Date();
  if (as === "hub") {
    const sign = createSigner(readPrivateKey(workspace.stateDir));
    return sign({ principal, lifetimeSeconds: 3_600 }, now);
  }
  const database = await openWorkspaceDatabase({ path: workspace.databasePath, now });
  try {
    return await transact(database, () => issueCredential(database, { principal, now }));
  } finally {
    database.close();
  }
}
