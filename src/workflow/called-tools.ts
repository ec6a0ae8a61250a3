import { isRecord } from "../core/json.ts";
import type { Plan } from "./plan.ts";

/** The tools (`server.tool`) that the steps of plans call, nested ones and those of the workflows that they run, too. */
export function calledTools(plans: readonly Pick<Plan, "steps" | "onFailure">[]): Set<string> {
  const found = new Set<string>();
  const visit = (part: unknown): void => {
    if (!isRecord(part)) return;
    if (part.kind === "call" && typeof part.call === "string") found.add(part.call);
    if (part.kind === "run") visit(part.plan);
    for (const member of Object.values(part)) if (Array.isArray(member)) member.forEach(visit);
  };
  for (const { steps, onFailure = [] } of plans) [...steps, ...onFailure].forEach(visit);
  return found;
}
