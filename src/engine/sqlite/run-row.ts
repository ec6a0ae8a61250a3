import { createHash } from "node:crypto";
import { z } from "zod";
import { RingmainError } from "../../core/errors.ts";
import { canonicalJson, isRecord } from "../../core/json.ts";
import type { Plan } from "../../workflow/plan.ts";
import type { Wait } from "../../workflow/waits.ts";
import { type Run, runStatuses } from "../engine.ts";
import { runError } from "../run-error.ts";
import type { RunIdentity } from "../tool-caller.ts";
import { isFree, type Lease } from "./lease.ts";
import type { Liveness } from "./liveness.ts";

const instant = z.string().transform((text) => new Date(text));
const members = z.record(z.string(), z.json());
const wait = z.union([
  z.strictObject({ approval: z.string() }),
  z.strictObject({ until: z.string() }),
  z.strictObject({ run: z.string() }),
]);
const waits = z.record(z.string(), wait);
export const waitsOfSteps = z
  .string()
  .transform((text): ReadonlyMap<string, Wait> => new Map(Object.entries(waits.parse(JSON.parse(text)))));
const jsonObject = z.string().transform((text) => members.parse(JSON.parse(text)));

/** A row of `engine_run`. */
export const runRow = z.object({
  id: z.string(),
  workflow: z.string(),
  workflow_hash: z.string(),
  agent: z.string(),
  plan_hash: z.string(),
  inputs: jsonObject,
  status: z.enum(runStatuses),
  started_by: z.string(),
  /** The run that runs this one. */
  parent: z.string().nullable(),
  created_at: instant,
  started_at: instant.nullable(),
  finished_at: instant.nullable(),
  outputs: jsonObject.nullable(),
  error: z
    .string()
    .transform((text) => runError.parse(JSON.parse(text)))
    .nullable(),
  /** What its steps waited for when it was last parked, by path. */
  waits: waitsOfSteps.nullable(),
  cancel_requested: z.int().transform((flag) => flag !== 0),
  /** How long the run has been executed, over all its executions. */
  active_ms: z.int(),
  /** The fence: it grows with every claim, and a write under an older one is refused. */
  epoch: z.int(),
  lease_owner: z.string().nullable(),
  lease_pid: z.int().nullable(),
  lease_process_start: z.string().nullable(),
  lease_host: z.string().nullable(),
  lease_expires_at: instant.nullable(),
  erased_at: instant.nullable(),
});
export type RunRow = z.infer<typeof runRow>;

export function leaseOf(row: RunRow): Lease | undefined {
  const { lease_owner, lease_pid, lease_process_start, lease_host, lease_expires_at } = row;
  if (lease_owner === null || lease_expires_at === null) return undefined;
  return {
    owner: lease_owner,
    process: { pid: lease_pid ?? 0, startedAt: lease_process_start ?? "", host: lease_host ?? "" },
    expiresAt: lease_expires_at,
  };
}

export function toRun(row: RunRow, now: Date, liveness: Liveness): Run {
  return {
    id: row.id,
    workflow: row.workflow,
    agent: row.agent,
    planHash: row.plan_hash,
    inputs: row.inputs,
    status: row.status,
    interrupted: row.status === "running" && isFree(leaseOf(row), now, liveness),
    cancelRequested: row.cancel_requested,
    startedBy: row.started_by,
    ...(row.parent !== null && { parent: row.parent }),
    createdAt: row.created_at,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(row.outputs !== null && { outputs: row.outputs }),
    ...(row.error !== null && { error: row.error }),
    ...(row.status === "waiting" && { waitsFor: waitsFor(row.waits) }),
    ...(row.erased_at !== null && { erasedAt: row.erased_at }),
  };
}

function waitsFor(waits: RunRow["waits"]): NonNullable<Run["waitsFor"]> {
  return [...(waits ?? [])].map(([step, wait]) => ({ step, ...wait }));
}

export function identityOf(row: RunRow): RunIdentity {
  return {
    runId: row.id,
    workflow: row.workflow,
    workflowHash: row.workflow_hash,
    agent: row.agent,
    startedBy: row.started_by,
    inputs: row.inputs,
    createdAt: row.created_at,
  };
}

/** A plan as it is stored: its text and the hash that pins it. */
export interface PinnedPlan {
  hash: string;
  text: string;
}

export function pinPlan(plan: Plan): PinnedPlan {
  const text = canonicalJson(plan);
  return { text, hash: sha256(text) };
}

const planShape = z.custom<Plan>((value) => isRecord(value) && Array.isArray(value.steps));

/** Reads a pinned plan back. The hash proves that it is what the checker let through. Throws STATE_INVALID. */
export function readPinnedPlan({ hash, text }: PinnedPlan): Plan {
  if (sha256(text) !== hash) {
    throw new RingmainError("STATE_INVALID", `The stored plan ${hash.slice(0, 12)} was changed.`, {
      hint: "Its runs cannot go on. Cancel them and start the workflow anew.",
    });
  }
  return planShape.parse(JSON.parse(text));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
