import type { Run } from "../engine/engine.ts";
import { counted } from "./counted.ts";

const mostShown = 10;

/** The requests that a run waits for, each with its step, as lines; many are summed up. */
export function awaitedLines({ waitsFor = [] }: Pick<Run, "waitsFor">): string[] {
  const lines = waitsFor.slice(0, mostShown).map(({ step, approval }) => `${approval}  ${step}`);
  const more = waitsFor.length - lines.length;
  return more > 0 ? [...lines, `… and ${more} more: ringmain approvals ls`] : lines;
}

/** What a person types to decide, and how the run goes on then. */
export function howToDecide({ id, waitsFor = [] }: Pick<Run, "id" | "waitsFor">): string[] {
  const approval = waitsFor[0]?.approval ?? "apr_…";
  return [
    `See what is asked:  ringmain approvals show ${approval}`,
    `Say yes or no:      ringmain approvals approve ${approval}  (or reject)`,
    `The run goes on by itself where \`ringmain serve\` or the screen is open; else: ringmain runs resume ${id}`,
  ];
}

/** For a log: which requests a run waits for. */
export function awaitedText({ waitsFor = [] }: Pick<Run, "waitsFor">): string {
  const [first, ...others] = waitsFor.map(({ approval }) => approval);
  if (first === undefined) return "waits for approval";
  return `waits for approval ${first}${others.length === 0 ? "" : ` and ${counted(others.length, "other")}`}`;
}
