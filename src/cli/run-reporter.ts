import { formatDuration } from "../core/duration.ts";
import type { Run } from "../engine/engine.ts";
import type { Plan } from "../workflow/plan.ts";
import type { StepEvent } from "../workflow/run-context.ts";
import type { Terminal } from "./terminal.ts";

/** Follows a run: as NDJSON for programs, as lines for people. Nested steps are summed up by their loop. */
export function runReporter(options: { plan: Plan; terminal: Terminal; json: boolean }): {
  report: (event: StepEvent) => void;
  finish: (run: Run) => void;
} {
  const { plan, terminal, json } = options;
  const { colour } = terminal;
  const started = performance.now();
  if (!json) terminal.print(`${colour.bold(plan.name)}  ${colour.dim(`as agent ${plan.agent}`)}`);
  return {
    report(event) {
      if (json) return terminal.json({ event: "step", ...event }, { line: true });
      const line = stepLine(event, colour);
      if (line !== undefined) terminal.print(line);
    },
    finish(run) {
      const { id, workflow, status, outputs, error } = run;
      if (json) return terminal.json({ event: "run", id, workflow, status, outputs, error }, { line: true });
      const took = formatDuration(performance.now() - started);
      if (status === "done") {
        terminal.print(`${colour.green("✓")} done in ${took}  ${colour.dim(id)}`);
        for (const [name, value] of Object.entries(outputs ?? {}))
          terminal.print(`  ${name}: ${textOf(value)}`);
        return;
      }
      if (status === "running") {
        terminal.print(`${colour.yellow("‖")} interrupted after ${took}  ${colour.dim(id)}`);
        terminal.note(`Go on with it: ringmain run ${workflow}`);
        return;
      }
      terminal.print(`${colour.red("✗")} ${status} after ${took}  ${colour.dim(id)}`);
      if (error !== undefined) {
        terminal.note(`${error.step === undefined ? "" : `${error.step}: `}${error.code}: ${error.message}`);
        if (error.hint !== undefined) terminal.note(`  ${error.hint}`);
      }
    },
  };
}

/** The line for an event of a step, or undefined for one that says nothing new to a person. */
export function stepLine(event: StepEvent, colour: Terminal["colour"]): string | undefined {
  const { status, path, tool, error, counts } = event;
  const depth = path.split("/").length;
  const name = `${"  ".repeat(depth)}`;
  const label = path.split("/").at(-1) ?? path;
  if (status === "failed" && error !== undefined) {
    const policies = error.policies?.length ? ` by ${error.policies.join(", ")}` : "";
    return `${name}${colour.red("✗")} ${label}  ${error.code}${policies}  ${colour.dim(error.message)}`;
  }
  if (status === "started" || (status === "done" && depth > 1)) return undefined;
  if (status === "skipped") return depth > 1 ? undefined : `${name}${colour.dim(`· ${label}  skipped`)}`;
  if (status === "already_done")
    return depth > 1 ? undefined : `${name}${colour.cyan("↻")} ${label}  already done`;
  const what = counts === undefined ? (tool ?? event.kind) : countsText(counts);
  return `${name}${colour.green("✓")} ${label.padEnd(10)}  ${what}`;
}

function countsText({ items, failed, alreadyDone }: NonNullable<StepEvent["counts"]>): string {
  const parts = [`${items} items`];
  if (alreadyDone > 0) parts.push(`${alreadyDone} already done`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(", ");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
