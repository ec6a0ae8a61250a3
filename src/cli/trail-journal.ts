import type { KeyObject } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { createAppender } from "../audit/append.ts";
import { type CompletedCall, completedCallsReader, onceFinder } from "../audit/completed-calls.ts";
import type { EntryDraft } from "../audit/entry.ts";
import { runnerTool } from "../audit/run-endings.ts";
import { type ErrorCode, isErrorCode, withoutOutcome } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { Journal, JournalRecord } from "../engine/journal.ts";
import type { RunIdentity } from "../engine/tool-caller.ts";

/** With these errors a call has no outcome yet: a resumed run makes it again. */
const noOutcome: ReadonlySet<ErrorCode> = new Set([
  "APPROVAL_REQUIRED", // it waits; what the person decides is its outcome
  ...withoutOutcome,
]);

/**
 * The audit trail as the engine's journal: a run's completed calls are its entries, and a run's start, its end
 * and the business keys that it fulfilled are entries too. There is no other record of them.
 */
export function createTrailJournal(database: DatabaseSync, writerKey: KeyObject): Journal {
  const appender = createAppender(database, writerKey);
  const completedCalls = completedCallsReader(database);
  const findOnce = onceFinder(database, runnerTool.once);
  const append = (draft: EntryDraft, payload?: Parameters<typeof appender.append>[1]) => {
    appender.load();
    appender.append(draft, payload);
    appender.store();
  };

  return {
    read: (runId) => new Map(completedCalls(runId).flatMap(journalRecord)),
    findOnce,
    markOnce({ key, runId, path, workflow, agent, at }) {
      if (findOnce(key) !== undefined) return;
      const common = runnerEntry({ kind: "once", tool: runnerTool.once, principal: `agent:${agent}`, at });
      append({ ...common, run: runId, step: path, workflow, once: key }, { result: "{}" });
    },
    recordStart(run) {
      const { startedBy, createdAt, workflow, inputs } = run;
      const common = runnerEntry({
        kind: "run",
        tool: runnerTool.start,
        principal: startedBy,
        at: createdAt,
      });
      append({ ...common, ...ofRun(run) }, { arguments: canonicalJson({ workflow, inputs }) });
    },
    recordFinish(run, ending) {
      const common = runnerEntry({
        kind: "run",
        tool: runnerTool.finish,
        principal: `agent:${run.agent}`,
        at: ending.at,
      });
      if (ending.status === "failed") {
        const { code, message } = ending.error;
        append({ ...common, ...ofRun(run), outcome: "failed", error: code, reason: message });
      } else if (ending.status === "cancelled") {
        append({
          ...common,
          ...ofRun(run),
          outcome: "failed",
          error: "RUN_CANCELLED",
          reason: "The run was cancelled.",
        });
      } else {
        append({ ...common, ...ofRun(run) }, { result: canonicalJson(ending.outputs) });
      }
    },
  };
}

function runnerEntry(options: {
  kind: "run" | "once";
  tool: string;
  principal: string;
  at: Date;
}): EntryDraft {
  return {
    time: options.at.toISOString(),
    kind: options.kind,
    principal: options.principal,
    verified_by: "runner",
    server: "ringmain",
    tool: options.tool,
    effect: "create",
    decision: "allow",
    policies: [],
    outcome: "done",
    duration_us: 0,
    changed: [],
  };
}

function ofRun({ runId, workflow, workflowHash }: RunIdentity) {
  return { run: runId, workflow, workflow_hash: workflowHash };
}

function journalRecord(call: CompletedCall): [string, JournalRecord][] {
  const { entry, step, error, result, replayed } = call;
  if (error !== undefined) {
    const code = isErrorCode(error.code) ? error.code : "INTERNAL";
    if (noOutcome.has(code)) return [];
    return [
      [step, { entry, error: { code, message: error.message, retryable: false, policies: call.policies } }],
    ];
  }
  return result === undefined
    ? []
    : [[step, { entry, result: JSON.parse(result), ...(replayed && { replayed }) }]];
}
