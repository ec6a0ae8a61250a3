import type { ApprovalSummary, ApprovalsPort } from "../../../src/tui/approvals-port.ts";
import type { EntryRow, RunSummary, StartedRun, StepReport, WorkflowSummary } from "../../../src/tui/port.ts";
import { initialState, reduce, type TuiState } from "../../../src/tui/state.ts";

export const chase: WorkflowSummary = {
  id: "chase",
  name: "Chase overdue invoices",
  agent: "collector",
  schedules: ["0 8 * * 1-5 Europe/Paris"],
  inputs: [{ name: "min_days", type: "integer", defaultText: "7", required: false }],
  steps: [
    { stepId: "overdue", label: "overdue", depth: 0, kind: "call", what: "accounting.list_invoices" },
    { stepId: "remind", label: "remind", depth: 0, kind: "for_each", what: "for each" },
    { stepId: "remind/send", label: "send", depth: 1, kind: "call", what: "accounting.send_reminder" },
  ],
  problems: [],
};

export const reorder: WorkflowSummary = {
  ...chase,
  id: "reorder",
  name: "Reorder low stock",
  inputs: [],
  steps: [{ stepId: "low", label: "low", depth: 0, kind: "call", what: "inventory.low_stock" }],
};

export const broken: WorkflowSummary = {
  id: "broken",
  name: "broken",
  schedules: [],
  inputs: [],
  steps: [],
  problems: [{ code: "x", message: "No such tool.", file: "workflows/broken.yaml", line: 3, column: 9 }],
};

export const tools = [
  { id: "accounting.list_invoices", server: "accounting", title: "List invoices", effect: "read" },
  { id: "accounting.send_reminder", server: "accounting", title: "Send a reminder", effect: "send" },
] as const;

export const collector = {
  id: "collector",
  description: "Reminds customers.",
  tools: ["accounting.*", "accounting.send_reminder"],
  limits: { writes_per_day: 300 },
  prompt: "Be kind.",
};

export function sampleState(): TuiState {
  const state = initialState({ workspaceName: "Harbour", agents: [collector], now: 0 });
  return reduce(state, {
    type: "catalogue",
    catalogue: { workflows: [chase, reorder, broken], tools, faults: [] },
  });
}

export function startedRun(runId = "run_1", workflow = chase): Omit<StartedRun, "ended"> {
  const { id, name, steps } = workflow;
  return { runId, workflow: id, name, agent: "collector", steps };
}

export function runSummary(state: RunSummary["state"], id = "run_1", workflow = "chase"): RunSummary {
  const startedBy = "user:maria";
  return { id, workflow, agent: "collector", state, startedBy, startedAt: new Date(0), inputs: {} };
}

/** A report of a step, its step id and kind by its path. */
export function report(
  path: string,
  status: StepReport["status"],
  more: Partial<StepReport> = {},
): { step: StepReport; at: number } {
  const stepId = path.replace(/\[[^\]]*\]/g, "");
  const kind = chase.steps.find((step) => step.stepId === stepId)?.kind ?? "call";
  return { step: { path, stepId, kind, status, ...more }, at: 0 };
}

export function entry(seq: number, more: Partial<EntryRow> = {}): EntryRow {
  const time = "2026-11-23T08:00:00.000Z";
  const who = { principal: "agent:collector", tool: "accounting.send_reminder" };
  return { seq, time, kind: "call", ...who, outcome: "done", policies: [], changed: [], ...more };
}

export function approval(id: string, more: Partial<ApprovalSummary> = {}): ApprovalSummary {
  const call = { tool: "accounting.send_reminder", principal: "agent:collector", roles: ["finance"] };
  return { id, ...call, createdAt: new Date(0), ...more };
}

/** Nothing waits, and nobody decides. */
export function playedApprovals(): ApprovalsPort {
  return {
    principal: "user:maria",
    list: () => ({ waiting: 0, requests: [] }),
    show: (id) => ({ id, status: "pending", standing: [], sections: [] }),
    mayDecide() {},
    decide: async () => ({ status: "approved", missing: [] }),
  };
}
