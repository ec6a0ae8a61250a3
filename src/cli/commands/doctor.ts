import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import type { Command } from "commander";
import { requireNoneLost } from "../../audit/lost-trail.ts";
import { verifyTrail } from "../../audit/verify.ts";
import { systemClock } from "../../core/clock.ts";
import { messageOf, RingmainError } from "../../core/errors.ts";
import { openSqlite } from "../../db/sqlite.ts";
import { sinkStatuses } from "../../sinks/sink-status.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { examineApprovals } from "../approvals/examine-approvals.ts";
import { checkpointFolders } from "../audit/workspace-notary.ts";
import { checkWorkspace } from "../check-workspace.ts";
import { examples, type GlobalOptions, globalOptions } from "../command.ts";
import { counted } from "../counted.ts";
import { exitCode } from "../exit-code.ts";
import { pausedName } from "../pause-line.ts";
import { pausedPrincipals } from "../paused-principals.ts";
import { openRing, openWorkspace } from "../wire.ts";

interface Finding {
  name: string;
  ok: boolean;
  /** All works, and yet somebody should read the hint. */
  warning?: true;
  detail: string;
  hint?: string | undefined;
}

interface Warning {
  warning: true;
  detail: string;
  hint: string;
}

/** Runs one test and tells what came of it: what it returns, or the error that it throws. */
type Look = (name: string, test: () => string | Warning | Promise<string | Warning>) => Promise<void>;

export function define(command: Command): void {
  command
    .addHelpText(
      "after",
      examples([["ringmain doctor", "look at the machine, the workspace, its database and its servers"]]),
    )
    .action(() => examine(globalOptions(command)));
}

async function examine(global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  const findings: Finding[] = [];
  const look: Look = async (name, test) => {
    try {
      const told = await test();
      findings.push({ name, ok: true, ...(typeof told === "string" ? { detail: told } : told) });
    } catch (error) {
      const hint = error instanceof RingmainError ? error.hint : undefined;
      findings.push({ name, ok: false, detail: messageOf(error), hint });
    }
    const found = findings.at(-1);
    if (json || found === undefined) return;
    const { green, red, yellow } = terminal.colour;
    const fine = found.warning ? yellow("!") : green("✓");
    const mark = found.ok ? fine : red("✗");
    const before = findings.find(({ ok, detail }) => !ok && detail === found.detail);
    if (before !== undefined && before !== found)
      return terminal.print(`${mark} ${name.padEnd(10)} the same as ${before.name}`);
    const lines = [found.detail, found.hint].filter((text) => text !== undefined).join("\n");
    terminal.print(`${mark} ${name.padEnd(10)} ${lines.replaceAll("\n", `\n${" ".repeat(13)}`)}`);
  };

  let workspace: Workspace | undefined;
  await look("node", () => `${process.version} at ${process.execPath}`);
  await look("workspace", () => {
    workspace = openWorkspace(global.workspace);
    return `${workspace.config.name} in ${workspace.dir}`;
  });
  if (workspace !== undefined) await examineWorkspace(workspace, look);
  if (findings.some(({ ok }) => !ok)) process.exitCode = exitCode.usage;
  if (json) terminal.json({ ok: findings.every(({ ok }) => ok), findings });
}

async function examineWorkspace(workspace: Workspace, look: Look): Promise<void> {
  const { databasePath, stateDir, dir } = workspace;
  await look("state", () => {
    accessSync(existsSync(stateDir) ? stateDir : dir, constants.W_OK);
    const { bavail, bsize } = statfsSync(dir);
    const freeMib = Math.floor((bavail * bsize) / 2 ** 20);
    if (freeMib < 100)
      throw new RingmainError("STATE_INVALID", `Only ${freeMib} MiB are free in ${dir}.`, {
        hint: "Free some space.",
      });
    return `${stateDir}, ${freeMib} MiB free`;
  });
  await look("database", () => {
    requireNoneLost(databasePath, checkpointFolders(workspace));
    if (!existsSync(databasePath)) return "none yet; it is made at the first use";
    const database = openSqlite({ path: databasePath, readOnly: true });
    try {
      const result = String(database.prepare("PRAGMA quick_check(1)").get()?.quick_check);
      if (result !== "ok")
        throw new RingmainError("STORE_UNAVAILABLE", `${databasePath} is damaged: ${result}`, {
          hint: "Put a backup in its place.",
        });
      return `${databasePath}, sound`;
    } finally {
      database.close();
    }
  });
  await look("trail", () => {
    if (!existsSync(databasePath)) return "no entries yet";
    const database = openSqlite({ path: databasePath, readOnly: true });
    try {
      const { entries, faults } = verifyTrail(database);
      const [first] = faults;
      if (first === undefined) return `${entries} entries verified`;
      throw new RingmainError("AUDIT_BROKEN", `entry #${first.seq}: ${first.message}`, {
        hint: "`ringmain audit verify` shows every fault; keep the file as it is.",
      });
    } finally {
      database.close();
    }
  });
  await look("sinks", () => {
    const failing = sinkStatuses(workspace.config.audit.sinks, { stateDir, entries: 0 }).find(
      ({ failure }) => failure,
    );
    if (failing === undefined) return `${counted(workspace.config.audit.sinks.length, "sink")}, none failing`;
    throw new RingmainError("SERVER_UNAVAILABLE", `${failing.sink}: ${failing.failure?.message}`, {
      hint: "`ringmain audit sinks` says more.",
    });
  });
  await look("paused", () => [...pausedPrincipals(workspace)].map(pausedName).join(", ") || "nobody");
  await look("approvals", () => examineApprovals(workspace, systemClock.now()));
  await look("servers", async () => {
    const ring = await openRing({ workspace, unpinned: true });
    try {
      const tools = await ring.hub.tools();
      return `${Object.keys(workspace.config.servers).length} answer, with ${counted(tools.length, "tool")}`;
    } finally {
      await ring.close();
    }
  });
  await look("files", async () => {
    const ring = await openRing({ workspace });
    try {
      const { plans, problems } = await checkWorkspace(workspace, await ring.tools(), { withTests: true });
      if (problems.length > 0)
        throw new RingmainError("WORKFLOW_INVALID", `${counted(problems.length, "fault")}.`, {
          hint: "`ringmain check` shows them.",
        });
      return `${counted(plans.length, "workflow")}, ${counted(workspace.agents.length, "agent")}: no faults`;
    } finally {
      await ring.close();
    }
  });
}
