import { formatDuration } from "../../core/duration.ts";
import { type LiveRun, type StepProgress, underWay } from "../live-run.ts";
import type { RunState, StepOutline } from "../port.ts";
import { cell, type Line, oneLine, type Span, type Tone } from "./line.ts";

/** One step of a run: its mark, its name, what it does, what its numbers say, and how long it took or takes. */
export function stepLine(
  step: StepOutline,
  run: LiveRun,
  options: { width: number; labelWidth: number; end: number },
): Line {
  const { width, labelWidth, end } = options;
  const state = run.ended?.state ?? "running";
  const progress = run.progress[step.stepId];
  const { mark, tone } = markOf(progress, state);
  const indent = "  ".repeat(step.depth);
  const label = cell(step.label, labelWidth - indent.length);
  if (progress === undefined)
    return [{ text: `${indent}${mark} ${label}  ${oneLine(step.what)}`, tone: "dim" }];

  const running = underWay(progress) > 0 && state === "running";
  const took = formatDuration(Math.max(0, (running ? end : progress.lastAt) - progress.firstAt));
  const counts = countsOf(step, progress, run);
  const what: Span[] = step.kind === "for_each" ? [] : [{ text: oneLine(step.what), tone: "dim" }];
  const room = width - labelWidth - 4 - took.length - 1;
  const full = counts.length === 0 ? what : what.length === 0 ? counts : [...what, { text: "  " }, ...counts];
  const middle = widthOf(full) <= room || counts.length === 0 ? full : counts;
  return [
    { text: `${indent}${mark} `, tone },
    { text: `${label}  ` },
    ...middle,
    { text: `${" ".repeat(Math.max(1, room + 1 - widthOf(middle)))}${took}`, tone: "dim" },
  ];
}

function widthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + text.length, 0);
}

function markOf(progress: StepProgress | undefined, state: RunState): { mark: string; tone: Tone } {
  if (progress === undefined) return { mark: "·", tone: "dim" };
  const { done, alreadyDone, failed, refused, skipped, waiting } = progress;
  const running = underWay(progress) > 0;
  if (running && state === "running") return { mark: "▸", tone: "accent" };
  if (running) return { mark: "‖", tone: "warn" };
  if (waiting > 0) return { mark: "?", tone: "warn" };
  if (failed + refused > 0)
    return done + alreadyDone > 0 ? { mark: "!", tone: "warn" } : { mark: "✗", tone: "bad" };
  if (done > 0) return { mark: "✓", tone: "good" };
  if (alreadyDone > 0) return { mark: "↻", tone: "accent" };
  return skipped > 0 ? { mark: "–", tone: "dim" } : { mark: "·", tone: "dim" };
}

/** What a step's numbers say, with commas between; nothing for a step that simply did its one thing. */
function countsOf(step: StepOutline, progress: StepProgress, run: LiveRun): Span[] {
  const parts =
    step.kind === "for_each"
      ? loopCounts(step, progress, run)
      : progress.repeated
        ? repeatedCounts(progress)
        : singleCounts(progress);
  return parts.flatMap((part, index) => (index === 0 ? [part] : [{ text: ", " }, part]));
}

function loopCounts(step: StepOutline, { counts, itemsAlreadyDone }: StepProgress, run: LiveRun): Span[] {
  const inside = run.steps.filter(({ stepId }) => stepId.startsWith(`${step.stepId}/`));
  const begun = Math.max(0, ...inside.map(({ stepId }) => run.progress[stepId]?.started ?? 0));
  const asked = inside.reduce((sum, { stepId, kind }) => {
    return kind === "call" ? sum + (run.progress[stepId]?.waiting ?? 0) : sum;
  }, 0);
  const items = counts?.items ?? begun + itemsAlreadyDone;
  return [
    { text: items === 1 ? "1 item" : `${items.toLocaleString("en")} items` },
    ...counted(counts?.alreadyDone ?? itemsAlreadyDone, "already done", "accent"),
    ...counted(counts?.failed ?? 0, "not done", "bad"),
    ...counted(asked, "waiting for approval", "warn"),
  ];
}

function repeatedCounts(progress: StepProgress): Span[] {
  const { done, fallback, alreadyDone, refused, failed, skipped, waiting } = progress;
  return [
    ...counted(done, fallback > 0 ? "by fallback" : "done"),
    ...counted(alreadyDone, "already done", "accent"),
    ...counted(refused, "refused", "bad"),
    ...counted(failed, "failed", "bad"),
    ...counted(waiting, "waiting", "warn"),
    ...counted(skipped, "skipped", "dim"),
  ];
}

function singleCounts(progress: StepProgress): Span[] {
  const { found, fallback, alreadyDone, skipped, refused, waiting, asks } = progress;
  if (waiting > 0) return [{ text: asks === true ? "waiting for approval" : "waiting", tone: "warn" }];
  if (refused > 0) return [{ text: "refused", tone: "bad" }];
  if (alreadyDone > 0) return [{ text: "already done", tone: "accent" }];
  if (skipped > 0) return [{ text: "skipped", tone: "dim" }];
  if (fallback > 0) return [{ text: "by fallback" }];
  return found === undefined ? [] : [{ text: `${found.toLocaleString("en")} found` }];
}

function counted(count: number, what: string, tone?: Tone): Span[] {
  return count === 0 ? [] : [{ text: `${count.toLocaleString("en")} ${what}`, tone }];
}
