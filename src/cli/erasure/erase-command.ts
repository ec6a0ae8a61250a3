import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../core/clock.ts";
import { parseDuration } from "../../core/duration.ts";
import { RingmainError } from "../../core/errors.ts";
import { wipeDeleted } from "../../db/wipe-file.ts";
import { ensureWriterKey } from "../../identity/keys.ts";
import type { Workspace } from "../../workspace/load-workspace.ts";
import { actAsPerson } from "../act-as-person.ts";
import type { GlobalOptions } from "../command.ts";
import { confirm } from "../confirm.ts";
import { counted } from "../counted.ts";
import { exitCode, exitCodeFor } from "../exit-code.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { personAt } from "../person.ts";
import { readReason } from "../reason.ts";
import { openWorkspace } from "../wire.ts";
import { withDatabase } from "../with-database.ts";
import { type Erased, eraseBatches, erasureByPerson } from "./erase-batches.ts";
import { mentionsAny } from "./mentions.ts";
import { type ErasurePlan, type ErasureRequest, leavesSomething, planErasure } from "./plan-erasure.ts";
import { planDocument, printKept, printPlan, sumOf } from "./show-plan.ts";
import { usersOf } from "./users-of-file.ts";

export interface EraseOptions {
  subject?: string;
  value?: string[];
  entry?: string[];
  messages?: true;
  olderThan?: string;
  reason?: string;
  dryRun?: true;
  finish?: true;
  wait: string;
}

/** Erases payloads: of a subject, of single entries, or by age. Shows what it would do, asks, does it, and says what is left. */
export async function erase(options: EraseOptions, global: GlobalOptions): Promise<void> {
  const now = systemClock.now();
  const request = readRequest(options, now);
  const reason = readReason(options.reason);
  const waitMs = readWait(options.wait);
  const workspace = openWorkspace(global.workspace);
  if (!existsSync(workspace.databasePath)) {
    throw new RingmainError("NOT_FOUND", `This workspace has no records yet (${workspace.databasePath}).`);
  }
  await withDatabase(workspace, now, async (database) => {
    if (request === undefined) return finish(database, waitMs, global);
    if (options.dryRun !== true) await requireMayErase(database, workspace, request.subject, now);
    const progress = liveCount(global);
    const plan = planErasure(database, request, (seq) => progress.show(`${seq} entries searched`));
    progress.end();
    requireSilentReason(reason, plan);
    if (options.dryRun === true) return showPlan(plan, global);
    await carryOut({ database, workspace, plan, reason, waitMs }, global);
  });
}

async function carryOut(
  work: {
    database: DatabaseSync;
    workspace: Workspace;
    plan: ErasurePlan;
    reason: string | undefined;
    waitMs: number;
  },
  global: GlobalOptions,
): Promise<void> {
  const { database, workspace, plan, reason, waitMs } = work;
  const { terminal, json } = global;
  const { subject, before } = plan;
  const isNothing = plan.seqs.length + plan.copies.reduce((sum, { ids }) => sum + ids.length, 0) === 0;
  if (!json) printPlan(plan, terminal);
  if (!isNothing) await confirm(`Erase ${sumOf(plan)}? It cannot be undone.`, global);

  const now = () => systemClock.now();
  const act = { subject: subject?.name, erased_before: before?.toISOString(), reason };
  const record = erasureByPerson({
    database,
    writerKey: ensureWriterKey(workspace.stateDir),
    person: personAt(workspace),
    act,
    now,
  });
  const interrupted = onInterrupt(async () => {});
  const progress = liveCount(global);
  const common = { database, record, now, stopped: interrupted };
  const erased = await eraseBatches({
    ...common,
    seqs: plan.seqs,
    copies: plan.copies,
    progress: ({ payloads }) => progress.show(`${payloads} of ${plan.seqs.length} payloads erased`),
  });
  const more = plan.findMore?.();
  if (more !== undefined) {
    const since = await eraseBatches({ ...common, seqs: more.seqs, copies: [] });
    erased.payloads += since.payloads;
    for (const [run, seqs] of more.needed) plan.needed.set(run, [...(plan.needed.get(run) ?? []), ...seqs]);
  }
  progress.end();
  if (interrupted()) {
    if (json) terminal.json(planDocument(plan, { erased, finished: false }));
    terminal.note(
      `Interrupted after ${counted(erased.payloads, "payload")}. The same command goes on with the rest.`,
    );
    return;
  }
  const failure = await wipe(database, waitMs, global);
  // what age leaves grows old enough another time; whom an erasure was promised to waits for the rest
  if (before === undefined && leavesSomething(plan)) process.exitCode = exitCode.runFailed;
  if (failure !== undefined) process.exitCode = exitCodeFor(failure);
  if (json)
    return terminal.json({
      ...planDocument(plan, { erased, finished: failure === undefined }),
      error: failure && errorDocument(failure),
    });
  report(plan, erased, failure === undefined, global);
  if (failure !== undefined) throw failure;
}

function errorDocument({ code, message, hint, retryable, details }: RingmainError) {
  return { code, message, hint, retryable, details };
}

function report(plan: ErasurePlan, erased: Erased, finished: boolean, { terminal }: GlobalOptions): void {
  const { colour } = terminal;
  const rows = [...erased.copies.values()].reduce((sum, count) => sum + count, 0);
  const what = `${counted(erased.payloads, "payload")}${rows > 0 ? ` and ${counted(rows, "copied row")}` : ""}`;
  terminal.print(
    finished
      ? `${colour.green("✓")} ${what} erased, and gone from the database file and its log.`
      : `${colour.yellow("!")} ${what} erased, but not off the disk yet.`,
  );
  printKept(plan, terminal);
}

function showPlan(plan: ErasurePlan, { terminal, json }: GlobalOptions): void {
  if (json) {
    terminal.json(planDocument(plan));
    return;
  }
  printPlan(plan, terminal);
  printKept(plan, terminal);
  terminal.note("Nothing was changed.");
}

/** `--finish`: what an earlier erasure could not take off the disk. */
async function finish(database: DatabaseSync, waitMs: number, global: GlobalOptions): Promise<void> {
  const failure = await wipe(database, waitMs, global);
  if (failure !== undefined) throw failure;
  if (global.json) return global.terminal.json({ finished: true });
  const { print, colour } = global.terminal;
  print(`${colour.green("✓")} What was erased is gone from the database file and its log.`);
}

/** Takes what was erased off the disk. Gives the error when that did not work, with the processes that are in the way. */
async function wipe(
  database: DatabaseSync,
  waitMs: number,
  global: GlobalOptions,
): Promise<RingmainError | undefined> {
  const progress = liveCount(global);
  progress.show("rewriting the database file");
  try {
    await wipeDeleted(database, { budgetMs: waitMs });
    return undefined;
  } catch (error) {
    if (!(error instanceof RingmainError)) throw error;
    const users = usersOf(database.location() ?? "");
    const { code, message, hint, retryable } = error;
    if (code !== "STORE_BUSY" || users.length === 0) {
      const more = "Then run `ringmain audit erase --finish`: what was erased may still stand in the file.";
      return code === "STORE_BUSY"
        ? error
        : new RingmainError(code, message, { hint: `${hint ?? ""} ${more}`.trim() });
    }
    const names = users.map(({ pid, command }) => `${pid} (${command})`).join(", ");
    return new RingmainError(code, message, {
      hint: `It is gone for every reader, but not from the file. Stop ${names} and run \`ringmain audit erase --finish\`.`,
      retryable,
      details: { users },
    });
  } finally {
    progress.end();
  }
}

/** Throws what would keep the person from erasing, and records it, before anything is searched or shown. */
async function requireMayErase(
  database: DatabaseSync,
  workspace: Workspace,
  subject: string | undefined,
  now: Date,
): Promise<void> {
  // as it was typed it may be anything; what the trail keeps for ever is the form of a name
  const named = subject !== undefined && /^[a-z]+:[A-Za-z0-9._-]{1,100}$/.test(subject) ? subject : undefined;
  const act = { kind: "erasure", tool: "ringmain.erase_payloads", effect: "delete", subject: named } as const;
  const writerKey = ensureWriterKey(workspace.stateDir);
  await actAsPerson({ database, writerKey, person: personAt(workspace), act, now }, () => ({
    answer: undefined,
    changed: [],
  }));
}

/** A reason stays in the trail for ever: it must not say what is to be forgotten. */
function requireSilentReason(reason: string | undefined, { terms }: ErasurePlan): void {
  if (reason === undefined) return;
  // a name counts in a sentence too
  const told = mentionsAny(terms.map(({ what, text }) => ({ what: what === "name" ? "value" : what, text })));
  if (!told(reason)) return;
  throw new RingmainError(
    "INPUT_INVALID",
    "--reason names what is to be erased, and reasons stay in the trail for ever.",
    {
      hint: "Name the request instead, for instance by its number. Nothing was changed.",
    },
  );
}

/** What is asked for; undefined with --finish. Throws INPUT_INVALID when that is not clear. */
function readRequest(options: EraseOptions, now: Date): ErasureRequest | undefined {
  const { subject, value = [], entry = [], olderThan, messages = false } = options;
  const ways = [subject !== undefined || entry.length > 0, olderThan !== undefined, options.finish === true];
  if (ways.filter(Boolean).length !== 1) {
    throw new RingmainError(
      "INPUT_INVALID",
      "Say what to erase: --subject, --entry, --older-than, or --finish alone.",
      {
        hint: "`ringmain audit erase --help` has examples.",
      },
    );
  }
  if (subject === undefined && value.length > 0) {
    throw new RingmainError(
      "INPUT_INVALID",
      "--value belongs to a --subject, so that the trail can say whose data it was.",
      {
        hint: "For somebody without a record: --subject person:LABEL, where LABEL is for instance the number of the request.",
      },
    );
  }
  if (subject === undefined && messages) {
    throw new RingmainError("INPUT_INVALID", "--messages belongs to a --subject.");
  }
  if (subject?.startsWith("person:") === true && value.length + entry.length === 0) {
    throw new RingmainError("INPUT_INVALID", `Nothing says what ${subject} is to be found by.`, {
      hint: "Give --value for each text, or --entry.",
    });
  }
  if (options.finish === true) return undefined;
  return {
    subject,
    values: value,
    entries: entry.map(entryNumber),
    messages,
    before: olderThan === undefined ? undefined : timeBefore(olderThan, now),
  };
}

function readWait(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new RingmainError("INPUT_INVALID", `--wait takes a duration such as 30s, not "${text}".`);
}

function entryNumber(text: string): number {
  const seq = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seq)) return seq;
  throw new RingmainError("INPUT_INVALID", `--entry takes the number of an entry, not "${text}".`);
}

function timeBefore(age: string, now: Date): Date {
  const ms = parseDuration(age);
  if (ms !== undefined && ms > 0 && ms < now.getTime()) return new Date(now.getTime() - ms);
  throw new RingmainError("INPUT_INVALID", `--older-than takes a duration such as 730d, not "${age}".`);
}

/** A count that is rewritten in place; only on a terminal. */
function liveCount({ json, quiet }: GlobalOptions): { show(text: string): void; end(): void } {
  const active = process.stderr.isTTY === true && !json && !quiet;
  const write = (text: string) => {
    if (active) process.stderr.write(`\r\x1b[K${text}`);
  };
  return { show: (text) => write(`  ${text} …`), end: () => write("") };
}
