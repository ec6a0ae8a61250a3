import { formatDuration } from "../core/duration.ts";
import type { Run } from "../engine/engine.ts";
import type { Plan } from "../workflow/plan.ts";
import type { StepEvent } from "../workflow/run-context.ts";
import { awaitedLines, howToGoOn, momentText, waitsInWords } from "./awaited-lines.ts";
import { liveLine } from "./live-line.ts";
import type { Terminal } from "./terminal.ts";

/** Follows a run: as NDJSON for programs, as lines for people. Nested steps are summed up by their loop. */
export function runReporter(options: { plan: Plan; terminal: Terminal; json: boolean }): {
  report: (event: StepEvent) => void;
  finish: (run: Run) => void;
} {
  const { plan, terminal, json } = options;
  const { colour } = terminal;
  const started = performance.now();
  const live = liveLine(terminal, json);
  let fallbacks = 0;
  if (!json) terminal.print(`${colour.bold(plan.name)}  ${colour.dim(`as agent ${plan.agent}`)}`);
  return {
    report(event) {
      if (json) return terminal.json({ event: "step", ...event }, { line: true });
      if (event.fallback === true && event.status === "done") fallbacks += 1;
      const line = stepLine(event, colour);
      if (line === undefined) return live.show(event);
      live.clear();
      terminal.print(line);
    },
    finish(run) {
      live.clear();
      const { id, workflow, status, outputs, error, waitsFor } = run;
      if (json)
        return terminal.json(
          { event: "run", id, workflow, status, outputs, error, waitsFor },
          { line: true },
        );
      if (fallbacks > 0)
        terminal.print(colour.dim(`  ${fallbacks} texts by the fallback of their step; no model was asked`));
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
      if (status === "waiting") {
        terminal.print(`${colour.yellow("?")} ${waitsInWords(run)} after ${took}  ${colour.dim(id)}`);
        for (const line of awaitedLines(run)) terminal.print(`  ${line}`);
        for (const line of howToGoOn(run)) terminal.note(line);
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

/**
 * The line for an event of a step, or undefined for one that says nothing new to a person: the items of a loop
 * are summed up by the loop, except those that fail or wait for a person.
 */
export function stepLine(event: StepEvent, colour: Terminal["colour"]): string | undefined {
  const { status, path, kind, tool, error, counts } = event;
  if (status === "failed" && error !== undefined) {
    const indent = path.includes("/") ? "    " : "  ";
    return `${indent}${colour.red("✗")} ${path}  ${error.code}: ${colour.dim(error.message)}`;
  }
  if (status === "waiting") {
    // the steps around it wait because it does
    if (kind !== "call" && kind !== "wait" && kind !== "run") return undefined;
    const forWhat = waitedFor(event);
    const indent = path.includes("/") ? "    " : "  ";
    return `${indent}${colour.yellow("?")} ${path}  ${colour.dim(`waits ${forWhat}`)}`;
  }
  if (status === "started" || /[/[]/.test(path)) return undefined;
  if (status === "skipped") return `  ${colour.dim(`· ${path.padEnd(10)}  skipped`)}`;
  if (status === "already_done") return `  ${colour.cyan("↻")} ${path.padEnd(10)}  already done`;
  const what = counts === undefined ? (tool ?? kind) : countsText(counts);
  return `  ${colour.green("✓")} ${path.padEnd(10)}  ${what}`;
}

function waitedFor({ approvals = [], runs = [], until }: StepEvent): string {
  if (until !== undefined) return `until ${momentText(until)}`;
  return runs.length > 0 ? `for the run ${runs.join(", ")}` : `for approval ${approvals.join(", ")}`;
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
