import type { Entry } from "../../audit/entry.ts";
import type { Terminal } from "../terminal.ts";
import type { Cause } from "./cause.ts";

type Colour = Terminal["colour"];

/** What led to an entry, for people: a line for each link of the chain. */
export function* causeLines(cause: Cause, colour: Colour): Generator<string> {
  const { entry, grant, run, approval, checkpoint } = cause;
  const line = (label: string, text: string) => `    ${colour.dim(label.padEnd(10))} ${text}`;
  yield line("call", `${entry.tool}${entry.key === undefined ? "" : colour.dim(`  key ${entry.key}`)}`);
  if (entry.once !== undefined) yield line("once", entry.once);
  const client = entry.client === undefined ? "" : `, through ${entry.client}`;
  yield line("by", `${entry.principal}, ${verifiedText(entry)}${client}`);
  if (grant !== undefined) {
    const where = grant.places.length > 0 ? grant.places.join(", ") : "no such line today";
    const today = grant.byToday === true ? ", by today's files" : "";
    yield line("granted by", `${grant.line} (${where}${today})`);
  }
  for (const { id, place } of cause.policies)
    yield line("policy", `${id} (${place ?? "no such policy today"})`);
  if (approval?.approver !== undefined) yield line("approved", `by ${approval.approver} (${approval.id})`);
  else if (approval !== undefined)
    yield line("approval", `${approval.id}: \`ringmain approvals show ${approval.id}\``);
  if (entry.reason !== undefined) yield line("reason", entry.reason);
  if (run !== undefined) {
    yield line("run", `${run.id}${run.step === undefined ? "" : `, step ${run.step}`}`);
    if (run.startedBy !== undefined)
      yield line("started by", `${run.startedBy}, ${timeText(run.startedAt)} (entry #${run.startEntry})`);
    if (run.workflow !== undefined) yield line("workflow", workflowText(run));
  }
  if (checkpoint === undefined) yield line("sealed", "not yet: no checkpoint covers this entry");
  else if (checkpoint.fault === undefined)
    yield line("sealed", `by the checkpoint over ${checkpoint.size} entries (${checkpoint.file})`);
  else yield line("sealed", colour.red(checkpoint.fault));
}

function workflowText({ workflow, workflowHash, workflowFile }: NonNullable<Cause["run"]>): string {
  const version = workflowHash === undefined ? "" : `, version ${workflowHash.slice(0, 12)}`;
  const fate = {
    unchanged: " (the file is the same today)",
    changed: " (the file was changed since)",
    gone: " (the file is gone)",
  };
  return `workflows/${workflow}.yaml${version}${workflowFile === undefined ? "" : fate[workflowFile]}`;
}

/** How the trail knows who called. */
function verifiedText({ verified_by: how }: Entry): string {
  return how === "none" ? "not verified" : `verified by ${how.replaceAll("_", " ")}`;
}

/** `2026-11-23 18:09:01 UTC` */
export function timeText(time: string | undefined): string {
  return time === undefined ? "" : `${time.slice(0, 19).replace("T", " ")} UTC`;
}
