import type { PrincipalLimits } from "../core/agent-file.ts";
import type { Json } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import type { Effect } from "../core/tool-description.ts";
import type { ApprovalsPort } from "./approvals-port.ts";

/** Everything that the screen shows or does. `cli/open-tui.ts` makes one over the real program, tests make theirs. */
export interface TuiPort {
  workspaceName: string;
  agents: readonly AgentSummary[];
  /** Checks the workflows against the tools; may start the servers. Throws what keeps it from that. */
  loadCatalogue(): Promise<Catalogue>;
  /** The inputs of a run from what a person typed, defaults filled in. Throws INPUT_INVALID. */
  readInputs(workflow: string, texts: Readonly<Record<string, string>>): Record<string, Json>;
  startRun(request: StartRequest, onStep: (step: StepReport) => void): Promise<StartedRun>;
  /** Takes up an interrupted run where it stopped. */
  resumeRun(runId: string, onStep: (step: StepReport) => void): Promise<StartedRun>;
  /**
   * From now on takes up each run that waited and can go on, until the program is closed. Calls `follow` for
   * each one.
   */
  takeUpParked(follow: (start: (onStep: (step: StepReport) => void) => Promise<StartedRun>) => void): void;
  /** The newest runs first. */
  listRuns(limit: number): Promise<readonly RunSummary[]>;
  /** The newest entries after a sequence number, or of one run, oldest first. */
  entries(filter: { after?: number; run?: string; limit: number }): readonly EntryRow[];
  approvals: ApprovalsPort;
  servers(): readonly ServerSummary[];
  /** Tells what the log would say, for instance that a server was restarted. */
  onNote(listener: (note: string) => void): void;
}

export interface Catalogue {
  workflows: readonly WorkflowSummary[];
  tools: readonly ToolSummary[];
  /** Faults of files that are no workflows. */
  faults: readonly Problem[];
}

export interface AgentSummary {
  id: string;
  description: string;
  /** Absent for a scripted agent. */
  model?: string | undefined;
  /** Its grants: `server.tool`, or `server.*` for the read tools. */
  tools: readonly string[];
  limits: PrincipalLimits;
  /** The text below the front matter. */
  prompt: string;
}

export interface ToolSummary {
  /** `server.tool` */
  id: string;
  server: string;
  title: string;
  effect: Effect;
}

export interface WorkflowSummary {
  id: string;
  name: string;
  /** Absent when the file has faults. */
  agent?: string;
  /** For people, for instance `0 8 * * 1-5 Europe/Paris`. */
  schedules: readonly string[];
  inputs: readonly InputField[];
  steps: readonly StepOutline[];
  problems: readonly Problem[];
}

export interface InputField {
  name: string;
  type: string;
  description?: string;
  /** As a person would type it. */
  defaultText: string;
  required: boolean;
}

/** One line of a workflow; nested steps follow their parent. */
export interface StepOutline {
  /** The path without loop keys, for instance `remind/send`. */
  stepId: string;
  label: string;
  depth: number;
  kind: string;
  /** What it does: the tool of a call, for instance. */
  what: string;
}

export interface StartRequest {
  workflow: string;
  inputs: Record<string, Json>;
}

export interface StartedRun {
  runId: string;
  workflow: string;
  name: string;
  agent: string;
  steps: readonly StepOutline[];
  /** The run as it is when nobody executes it here any more. Rejects when it could not be executed. */
  ended: Promise<RunSummary>;
}

/** What happened to a step of a run. */
export interface StepReport {
  /** With loop keys in brackets: `remind[inv_3]/send`. */
  path: string;
  stepId: string;
  /** The step's kind; `item` tells about one item of a loop. */
  kind: string;
  status: "started" | "done" | "already_done" | "skipped" | "failed" | "waiting";
  error?: { code: string; message: string; policies?: readonly string[] };
  result?: Json;
  counts?: { items: number; failed: number; alreadyDone: number };
  fallback?: boolean;
  /** The requests that a waiting step, or the steps inside, wait for. */
  approvals?: readonly string[];
  /** The first moment that they wait for (RFC 3339). */
  until?: string;
}

export type RunState = "pending" | "running" | "interrupted" | "waiting" | "done" | "failed" | "cancelled";

export interface RunSummary {
  id: string;
  workflow: string;
  agent: string;
  state: RunState;
  startedBy: string;
  startedAt: Date;
  finishedAt?: Date;
  inputs: Readonly<Record<string, Json>>;
  outputs?: Readonly<Record<string, Json>>;
  error?: { code: string; message: string; hint?: string | undefined; step?: string | undefined };
  /** The steps that wait: for a person, with the id of the request, until a moment (RFC 3339), or for another run. */
  waitsFor?: readonly { step: string; approval?: string; until?: string; run?: string }[];
}

/** One line of the audit trail. */
export interface EntryRow {
  seq: number;
  /** RFC 3339, UTC. */
  time: string;
  kind: string;
  principal: string;
  tool: string;
  outcome: "done" | "replayed" | "denied" | "failed" | "unknown";
  error?: string | undefined;
  reason?: string | undefined;
  policies: readonly string[];
  workflow?: string | undefined;
  step?: string | undefined;
  /** The ids of the rows that it changed. */
  changed: readonly string[];
}

export interface ServerSummary {
  name: string;
  state: "idle" | "starting" | "ready" | "down" | "failed" | "closed";
}
