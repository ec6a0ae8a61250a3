import { formatDuration } from "../../core/duration.ts";
import type { LiveRun } from "../live-run.ts";
import { awaitedLines } from "./awaited-lines.ts";
import { failureLines } from "./failure-lines.ts";
import { emptyLine, type Line, labelled, line, oneLine, paragraph } from "./line.ts";
import { runStateMark } from "./run-state-mark.ts";
import { stepLine } from "./step-line.ts";

const mostFailuresShown = 30;

/**
 * The steps of a run that is or was followed here: what each did, how often, for how long, and what was refused.
 * With a heading that tells how the whole run is.
 */
export function runTreeLines(
  run: LiveRun,
  options: { width: number; now: number; heading: boolean },
): Line[] {
  const { width } = options;
  const end = run.endedAt ?? options.now;
  const state = run.ended?.state ?? "running";
  const { mark, tone } = runStateMark(state);
  const took = formatDuration(Math.max(0, end - run.startedAt));
  const labels = run.steps.map(({ label, depth }) => label.length + depth * 2);
  const labelWidth = Math.min(Math.max(...labels, 6), Math.floor(width / 3));
  const heading: Line[] = [
    [
      { text: `${mark} ${state}`, tone, bold: true },
      { text: ` ${state === "running" ? "for" : state === "done" ? "in" : "after"} ${took}` },
    ],
  ];
  return [
    ...(options.heading ? heading : []),
    ...run.steps.flatMap((step) => {
      const failures = run.failures.filter(({ stepId }) => stepId === step.stepId);
      const shown = failures.slice(0, mostFailuresShown);
      const rows = [
        stepLine(step, run, { width, labelWidth, end }),
        ...shown.flatMap((failure) => failureLines(failure, { depth: step.depth, width })),
      ];
      const more = failures.length - shown.length;
      if (more > 0)
        rows.push(line(`${"  ".repeat(step.depth + 1)}… and ${more} more, all in the trail`, "dim"));
      return rows;
    }),
    ...endLines(run, width),
  ];
}

function endLines({ ended, failures }: LiveRun, width: number): Line[] {
  if (ended === undefined) return [];
  const { error, outputs = {}, state } = ended;
  const lines = Object.entries(outputs).flatMap(([name, value]) =>
    labelled(name, typeof value === "string" ? value : JSON.stringify(value), width),
  );
  if (error !== undefined) {
    const place = error.step === undefined ? "" : ` in ${oneLine(error.step)}`;
    lines.push([{ text: error.code, tone: "bad" }, { text: place }]);
    const told = failures.some(({ message }) => message === error.message);
    if (!told) lines.push(...paragraph(error.message, width));
    lines.push(...paragraph(error.hint ?? "", width, "dim"));
  }
  if (state === "interrupted") lines.push(line("Enter takes it up where it stopped.", "warn"));
  if (state === "waiting") lines.push(...awaitedLines(ended, width));
  return lines.length === 0 ? [] : [emptyLine, ...lines];
}
