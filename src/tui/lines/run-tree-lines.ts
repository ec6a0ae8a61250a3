import { formatDuration } from "../../core/duration.ts";
import { type LiveRun, type StepFailure, type StepProgress, underWay } from "../live-run.ts";
import type { RunState, StepOutline } from "../port.ts";
import { runStateMark } from "./run-state-mark.ts";
import { cell, emptyLine, type Line, labelled, line, oneLine, type Span, wrap } from "./line.ts";

const mostFailuresShown = 30;

/** The steps of a run that is or was followed here: what each did, how often, for how long, and what was refused. */
export function runTreeLines(run: LiveRun, options: { width: number; now: number }): Line[] {
  const { width } = options;
  const end = run.endedAt ?? options.now;
  const state = run.ended?.state ?? "running";
  const { mark, tone } = runStateMark(state);
  const took = formatDuration(Math.max(0, end - run.startedAt));
  const lines: Line[] = [
    [
      { text: `${mark} ${state}`, tone, bold: true },
      { text: ` ${state === "running" ? "for" : "after"} ${took}  ` },
      { text: run.runId, tone: "dim" },
    ],
  ];
  const labelWidth = Math.max(...run.steps.map(({ label, depth }) => label.length + depth * 2), 8);
  const shown = Math.min(labelWidth, Math.floor(width / 3));
  for (const step of run.steps) {
    lines.push(stepLine(step, run, { width, labelWidth: shown, end, state }));
    const failures = run.failures.filter(({ stepId }) => stepId === step.stepId);
    for (const failure of failures.slice(0, mostFailuresShown)) {
      lines.push(...failureLines(failure, step.depth, width));
    }
    if (failures.length > mostFailuresShown) {
      const more = failures.length - mostFailuresShown;
      lines.push(line(`${indentOf(step.depth + 1)}… and ${more} more; the trail has them all`, "dim"));
    }
  }
  return [...lines, ...endLines(run, width)];
}

function stepLine(
  step: StepOutline,
  run: LiveRun,
  options: { width: number; labelWidth: number; end: number; state: RunState },
): Line {
  const { width, labelWidth, end, state } = options;
  const progress = run.progress[step.stepId];
  const { mark, tone } = markOf(progress, state);
  const label = cell(`${indentOf(step.depth)}${mark} ${step.label}`, labelWidth + 2);
  if (progress === undefined) return [{ text: `${label}  ${oneLine(step.what)}`, tone: "dim" }];
  const running = underWay(progress) > 0 && state === "running";
  const took = formatDuration(Math.max(0, (running ? end : progress.lastAt) - progress.firstAt));
  const counts = countSpans(step, progress, run);
  const countWidth = counts.reduce((sum, { text }) => sum + text.length, 0);
  const room = width - label.length - countWidth - took.length - 4;
  const what = counts.length === 0 || room > step.what.length ? step.what : "";
  const gap = " ".repeat(Math.max(1, room - what.length + (what === "" ? 2 : counts.length === 0 ? 2 : 0)));
  return [
    { text: label.slice(0, indentOf(step.depth).length + 1), tone },
    { text: `${label.slice(indentOf(step.depth).length + 1)}  ` },
    ...(what === "" ? [] : [{ text: oneLine(what), tone: "dim" } as const]),
    ...(what === "" || counts.length === 0 ? [] : [{ text: "  " }]),
    ...counts,
    { text: `${gap}${took}`, tone: "dim" },
  ];
}

function markOf(progress: StepProgress | undefined, state: RunState): Span & { mark: string } {
  const marked = (mark: string, tone?: Span["tone"]) => ({ mark, text: mark, tone });
  if (progress === undefined) return marked("·", "dim");
  const { done, alreadyDone, failed, refused, skipped } = progress;
  if (underWay(progress) > 0) return state === "running" ? marked("▸", "accent") : marked("‖", "warn");
  if (failed + refused > 0) return done + alreadyDone > 0 ? marked("!", "warn") : marked("✗", "bad");
  if (done > 0) return marked("✓", "good");
  if (alreadyDone > 0) return marked("↻", "accent");
  return skipped > 0 ? marked("–", "dim") : marked("·", "dim");
}

/** What a step's numbers say; nothing for a step that simply did its one thing. */
function countSpans(step: StepOutline, progress: StepProgress, run: LiveRun): Span[] {
  const parts: Span[] = [];
  const add = (count: number, text: string, tone?: Span["tone"]) => {
    if (count > 0) parts.push({ text: `${count.toLocaleString("en")} ${text}`, tone });
  };
  if (step.kind === "for_each") {
    const inside = run.steps.filter(({ stepId }) => stepId.startsWith(`${step.stepId}/`));
    const begun = Math.max(0, ...inside.map(({ stepId }) => run.progress[stepId]?.started ?? 0));
    const items = progress.counts?.items ?? begun + progress.itemsAlreadyDone;
    parts.push({ text: `${items.toLocaleString("en")} ${items === 1 ? "item" : "items"}` });
    add(progress.counts?.alreadyDone ?? progress.itemsAlreadyDone, "already done", "accent");
    add(progress.counts?.failed ?? 0, "not done", "bad");
  } else {
    if (progress.found !== undefined && !progress.repeated) {
      parts.push({ text: `${progress.found.toLocaleString("en")} found` });
    }
    if (progress.repeated) add(progress.done, progress.fallback > 0 ? "by fallback" : "done");
    else if (progress.fallback > 0) parts.push({ text: "by fallback" });
    if (progress.repeated || progress.alreadyDone > 0) {
      add(progress.alreadyDone, "already done", "accent");
      if (!progress.repeated) parts.splice(0, parts.length, { text: "already done", tone: "accent" });
    }
    if (progress.repeated) {
      add(progress.refused, "refused", "bad");
      add(progress.failed, "failed", "bad");
      add(progress.skipped, "skipped", "dim");
    } else if (progress.skipped > 0) parts.push({ text: "skipped", tone: "dim" });
  }
  return parts.flatMap((part, index) => (index === 0 ? [part] : [{ text: ", " }, part]));
}

function failureLines(failure: StepFailure, depth: number, width: number): Line[] {
  const { path, code, policies, message, refused } = failure;
  const item = itemOf(path);
  const by = policies.length > 0 ? ` by ${policies.join(", ")}` : "";
  const indent = indentOf(depth + 1);
  return [
    [
      { text: `${indent}✗ `, tone: "bad" },
      { text: item === "" ? "" : `${item}  ` },
      { text: code, tone: "bad" },
      { text: oneLine(refused ? by : "") },
    ],
    ...wrap(message, width - indent.length - 2)
      .slice(0, 2)
      .map((row) => line(`${indent}  ${row}`, "dim")),
  ];
}

/** The keys of the loop items that a path lies in: `inv_3` of `remind[inv_3]/send`. */
function itemOf(path: string): string {
  const keys = [...path.matchAll(/\[([^\]]*)\]/g)].map(([, key = ""]) => shorten(decodeKey(key)));
  return keys.join(" › ");
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** The two ends of a long id: those that tell it from others. */
function shorten(id: string): string {
  const plain = oneLine(id);
  return plain.length > 20 ? `${plain.slice(0, 8)}…${plain.slice(-6)}` : plain;
}

function endLines({ ended }: LiveRun, width: number): Line[] {
  if (ended === undefined) return [];
  const { error, outputs = {}, state } = ended;
  const lines = Object.entries(outputs).flatMap(([name, value]) =>
    labelled(name, typeof value === "string" ? value : JSON.stringify(value), width),
  );
  if (error !== undefined) {
    lines.push([
      { text: error.code, tone: "bad" },
      { text: error.step === undefined ? "" : ` in ${oneLine(error.step)}` },
    ]);
    lines.push(...wrap(`${error.message} ${error.hint ?? ""}`, width).map((row) => line(row, "dim")));
  }
  if (state === "interrupted") lines.push(line("It can be taken up where it stopped: 3 Runs, Enter.", "warn"));
  return lines.length === 0 ? [] : [emptyLine, ...lines];
}

function indentOf(depth: number): string {
  return "  ".repeat(depth);
}
