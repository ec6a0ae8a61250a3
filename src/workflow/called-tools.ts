import { isRecord } from "../core/json.ts";
import type { PlanStep } from "./plan.ts";

/** The tools (`server.tool`) that the steps of a plan call, nested ones too. */
export function calledTools(steps: readonly PlanStep[]): Set<string> {
  const found = new Set<string>();
  const visit = (part: unknown): void => {
    if (!isRecord(part)) return;
    if (part.kind === "call" && typeof part.call === "string") found.add(part.call);
    for (const member of Object.values(part)) if (Array.isArray(member)) member.forEach(visit);
  };
  steps.forEach(visit);
  return found;
}
