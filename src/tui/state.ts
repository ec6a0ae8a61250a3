import { isDeepStrictEqual } from "node:util";
import type { Json } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import type { ApprovalDetail, ApprovalSummary } from "./approvals-port.ts";
import { type DecideAction, type DecideDialog, editDecision } from "./decide-dialog.ts";
import { beginLiveRun, foldSteps, type LiveRun, type TimedReport } from "./live-run.ts";
import type {
  AgentSummary,
  Catalogue,
  EntryRow,
  RunSummary,
  ServerSummary,
  StartedRun,
  ToolSummary,
  WorkflowSummary,
} from "./port.ts";
import type { ToldError } from "./told-error.ts";

export const tabs = ["workflows", "agents", "runs", "approvals"] as const;
export type Tab = (typeof tabs)[number];

/** What lies over the screen and takes the keys. */
export type Dialog =
  | { kind: "help" }
  | FormDialog
  | DecideDialog
  | { kind: "confirm"; workflow: string; values: Record<string, string>; inputs: Record<string, Json> }
  | { kind: "resume"; runId: string }
  | { kind: "quit" }
  | { kind: "closing"; runs: number };

export interface FormDialog {
  kind: "form";
  workflow: string;
  values: Record<string, string>;
  /** Which field is being filled in. */
  field: number;
  /** Grows when a value is set from outside its field. */
  revision: number;
  problem?: string;
}

/** The whole screen: what is drawn follows from this and the size of the window. */
export interface TuiState {
  workspaceName: string;
  tab: Tab;
  /** The id of the chosen row of each tab; without one it is the first. */
  selected: Readonly<Partial<Record<Tab, string | undefined>>>;
  /** The first line of the detail that is visible. */
  detailTop: number;
  agents: readonly AgentSummary[];
  /** Undefined until the workflows are checked. */
  workflows: readonly WorkflowSummary[] | undefined;
  tools: readonly ToolSummary[];
  faults: readonly Problem[];
  /** Why the workflows could not be read. */
  loadError?: ToldError | undefined;
  runs: readonly RunSummary[];
  /** The calls of the run that is looked at. */
  runEntries?: { run: string; entries: readonly EntryRow[] };
  /** The requests that wait for people, the newest first, and how many there are in all. */
  approvals: readonly ApprovalSummary[];
  approvalsWaiting: number;
  /** The request that is looked at. */
  approvalDetail?: ApprovalDetail;
  /** The runs that this screen started, the newest first. */
  live: readonly LiveRun[];
  /** The newest entries, the oldest of them first. */
  trail: readonly EntryRow[];
  entryCount: number;
  servers: readonly ServerSummary[];
  dialog?: Dialog | undefined;
  notice?: { text: string; bad: boolean } | undefined;
  /** Milliseconds since 1970. */
  now: number;
}

export type Action =
  | DecideAction
  | { type: "catalogue"; catalogue: Catalogue }
  | { type: "load-failed"; failure: ToldError }
  | { type: "tab"; tab: Tab }
  | { type: "move"; by: number }
  | { type: "scroll"; by: number; last: number }
  | { type: "open"; dialog: Dialog }
  | { type: "close" }
  | { type: "field"; by: number }
  | { type: "type"; name: string; value: string }
  | { type: "set"; name: string; value: string }
  | { type: "form-problem"; problem: string }
  /** In the background, the screen stays where it is. */
  | { type: "started"; run: Omit<StartedRun, "ended">; now: number; background?: boolean }
  | { type: "steps"; runId: string; reports: readonly TimedReport[] }
  | { type: "ended"; runId: string; run: RunSummary; now: number }
  | { type: "runs"; runs: readonly RunSummary[] }
  | { type: "approvals"; waiting: number; requests: readonly ApprovalSummary[] }
  | { type: "approval-detail"; detail: ApprovalDetail }
  | { type: "run-entries"; run: string; entries: readonly EntryRow[] }
  | { type: "entries"; entries: readonly EntryRow[] }
  | { type: "servers"; servers: readonly ServerSummary[] }
  | { type: "notice"; text: string; bad: boolean }
  | { type: "tick"; now: number };

const mostEntriesKept = 200;

export function initialState(options: {
  workspaceName: string;
  agents: readonly AgentSummary[];
  now: number;
}): TuiState {
  const { workspaceName, agents, now } = options;
  return {
    workspaceName,
    tab: "workflows",
    selected: {},
    detailTop: 0,
    agents,
    workflows: undefined,
    tools: [],
    faults: [],
    runs: [],
    approvals: [],
    approvalsWaiting: 0,
    live: [],
    trail: [],
    entryCount: 0,
    servers: [],
    now,
  };
}

/** The screen after something happened. Pure. */
export function reduce(state: TuiState, action: Action): TuiState {
  switch (action.type) {
    case "catalogue":
      return { ...state, loadError: undefined, ...action.catalogue };
    case "load-failed":
      return { ...state, workflows: [], loadError: action.failure };
    case "tab":
      return { ...state, notice: undefined, tab: action.tab, detailTop: 0 };
    case "move":
      return move({ ...state, notice: undefined }, action.by);
    case "scroll":
      return { ...state, detailTop: clamp(state.detailTop + action.by, 0, action.last) };
    case "open":
      return { ...state, notice: undefined, dialog: action.dialog };
    case "close":
      return { ...state, dialog: undefined };
    case "field":
    case "type":
    case "set":
    case "form-problem":
      return editForm(state, action);
    case "decide-field":
    case "decide-reason":
    case "decide-passphrase":
    case "decide-busy":
    case "decide-problem":
      if (state.dialog?.kind !== "decide") return state;
      return { ...state, dialog: editDecision(state.dialog, action) };
    case "started":
      return startRun(state, action);
    case "steps":
      return updateRun(state, action.runId, (run) => foldSteps(run, action.reports));
    case "ended":
      return updateRun(state, action.runId, (run) => ({ ...run, ended: action.run, endedAt: action.now }));
    case "runs":
      return { ...state, runs: action.runs };
    case "approvals":
      return listApprovals(state, action);
    case "approval-detail":
      return isDeepStrictEqual(state.approvalDetail, action.detail)
        ? state
        : { ...state, approvalDetail: action.detail };
    case "run-entries":
      return { ...state, runEntries: { run: action.run, entries: action.entries } };
    case "entries":
      return addEntries(state, action.entries);
    case "servers":
      return sameServers(state.servers, action.servers) ? state : { ...state, servers: action.servers };
    case "notice":
      return { ...state, notice: { text: action.text, bad: action.bad } };
    case "tick":
      return { ...state, now: action.now };
  }
}

/** The ids of the rows of a tab, in their order. */
export function rowIds(state: TuiState, tab: Tab): string[] {
  const { workflows = [], agents, runs, approvals } = state;
  const rows = { workflows, agents, runs, approvals }[tab];
  return rows.map(({ id }) => id);
}

/** The id of the chosen row of the tab in front, or undefined when it has none. */
export function selectedId(state: TuiState): string | undefined {
  const ids = rowIds(state, state.tab);
  const chosen = state.selected[state.tab];
  return chosen !== undefined && ids.includes(chosen) ? chosen : ids[0];
}

/** The runs that are being executed by this screen. */
export function runsUnderWay(state: TuiState): LiveRun[] {
  return state.live.filter(({ ended }) => ended === undefined);
}

/** The newest run of a workflow that this screen started. */
export function liveRunOf(state: TuiState, workflow: string): LiveRun | undefined {
  return state.live.find((run) => run.workflow === workflow);
}

/** The newest run of a workflow that waits to be taken up. */
export function interruptedRunOf(state: TuiState, workflow: string): RunSummary | undefined {
  return state.runs.find((run) => run.workflow === workflow && run.state === "interrupted");
}

function move(state: TuiState, by: number): TuiState {
  const ids = rowIds(state, state.tab);
  const from = Math.max(0, ids.indexOf(selectedId(state) ?? ""));
  const id = ids[clamp(from + by, 0, ids.length - 1)];
  if (id === undefined) return state;
  return { ...state, selected: { ...state.selected, [state.tab]: id }, detailTop: 0 };
}

/** A person who looks at a request keeps looking at it, whatever comes above it or goes. */
function listApprovals(state: TuiState, action: Extract<Action, { type: "approvals" }>): TuiState {
  const { requests, waiting } = action;
  if (isDeepStrictEqual([state.approvals, state.approvalsWaiting], [requests, waiting])) return state;
  const next = { ...state, approvals: requests, approvalsWaiting: waiting };
  const before = selectedId(state);
  if (state.tab !== "approvals" || before === undefined) return next;
  const stays = requests.some(({ id }) => id === before);
  const at = clamp(rowIds(state, "approvals").indexOf(before), 0, requests.length - 1);
  const selected = { ...state.selected, approvals: stays ? before : requests[at]?.id };
  return { ...next, selected, detailTop: stays ? state.detailTop : 0 };
}

type FormAction = Extract<Action, { type: "field" | "type" | "set" | "form-problem" }>;

function editForm(state: TuiState, action: FormAction): TuiState {
  if (state.dialog?.kind !== "form") return state;
  const { problem: _, ...form } = state.dialog;
  if (action.type === "form-problem") {
    return { ...state, dialog: { ...form, problem: action.problem } };
  }
  if (action.type === "field") {
    const last = Object.keys(form.values).length - 1;
    return { ...state, dialog: { ...form, field: clamp(form.field + action.by, 0, last) } };
  }
  // the field tells its value at every drawing, changed or not
  if (action.type === "type" && form.values[action.name] === action.value) return state;
  const revision = form.revision + (action.type === "set" ? 1 : 0);
  const values = { ...form.values, [action.name]: action.value };
  return { ...state, dialog: { ...form, values, revision } };
}

function startRun(state: TuiState, action: Extract<Action, { type: "started" }>): TuiState {
  const { run, now, background = false } = action;
  const others = state.live.filter(({ runId }) => runId !== run.runId);
  const live = [beginLiveRun(run, now), ...others].slice(0, 50);
  if (background) return { ...state, live, now };
  const selected = { ...state.selected, workflows: run.workflow };
  return { ...state, dialog: undefined, tab: "workflows", selected, detailTop: 0, live, now };
}

function updateRun(state: TuiState, runId: string, update: (run: LiveRun) => LiveRun): TuiState {
  return { ...state, live: state.live.map((run) => (run.runId === runId ? update(run) : run)) };
}

function addEntries(state: TuiState, entries: readonly EntryRow[]): TuiState {
  const newer = entries.filter(({ seq }) => seq > state.entryCount);
  const last = newer.at(-1);
  if (last === undefined) return state;
  return { ...state, trail: [...state.trail, ...newer].slice(-mostEntriesKept), entryCount: last.seq };
}

function sameServers(a: readonly ServerSummary[], b: readonly ServerSummary[]): boolean {
  return (
    a.length === b.length &&
    a.every((server, index) => {
      const other = b[index];
      return server.name === other?.name && server.state === other.state;
    })
  );
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
