import type { AmountLimit } from "../core/amount-limit.ts";
import type { Json } from "../core/json.ts";

/**
 * A workflow, parsed and checked: plain JSON, stored with each run and pinned by its hash, so that editing the
 * file never changes a run under way. Texts that end in `Source` or stand in a template are CEL.
 */
export interface Plan {
  /** The id: the file's name without `.yaml`. */
  workflow: string;
  name: string;
  agent: string;
  /** SHA-256 of the workflow file's text, in hex. */
  fileHash: string;
  /** JSON Schema of each input, with defaults. */
  inputs: Record<string, Json>;
  limits: { durationMs?: number; writes?: number; calls?: number; amounts?: AmountLimit[] };
  /** When it runs by itself; empty when only a person starts it. */
  schedules: PlanSchedule[];
  steps: PlanStep[];
  outputs: Record<string, Json>;
  /** What is done once the run has failed. */
  onFailure?: PlanStep[];
}

/** One item of `on.schedule`. */
export interface PlanSchedule {
  /** Five fields, or six with seconds first. */
  cron: string;
  /** An IANA time zone. */
  timezone: string;
  /** What to do about due times that passed while nothing was running: none of them, the newest, or all. */
  missed: "skip" | "latest" | "all";
  /** A due time older than this is not made up for. */
  withinMs?: number;
  /** What to do when the run before is still under way. */
  overlap: "skip" | "allow";
}

/** One node. Each kind adds its own members; its file in `steps/` reads them. */
export interface PlanStep {
  id: string;
  kind: string;
  [member: string]: Json;
}
