import type { AwaitedStep, Run } from "../engine/engine.ts";
import { counted } from "./counted.ts";

const mostShown = 10;
type Waiting = Pick<Run, "waitsFor">;

/** What a run waits for, each with its step, as lines; many are summed up. */
export function awaitedLines({ waitsFor = [] }: Waiting): string[] {
  const lines = waitsFor.slice(0, mostShown).map((wait) => `${awaitedThing(wait)}  ${wait.step}`);
  const more = waitsFor.length - lines.length;
  return more > 0 ? [...lines, `… and ${more} more: ringmain approvals ls`] : lines;
}

function awaitedThing({ approval, run, until = "" }: AwaitedStep): string {
  return approval ?? run ?? momentText(until);
}

/** A moment for people, in UTC: `2026-11-26 08:00:00 UTC`. */
export function momentText(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}

/** What a person types so that the run goes on. */
export function howToGoOn({ id, waitsFor = [] }: Pick<Run, "id" | "waitsFor">): string[] {
  const approval = waitsFor.find((wait) => wait.approval !== undefined)?.approval;
  const decide =
    approval === undefined
      ? []
      : [
          `See what is asked:  ringmain approvals show ${approval}`,
          `Say yes or no:      ringmain approvals approve ${approval}  (or reject)`,
        ];
  const run = waitsFor.find((wait) => wait.run !== undefined)?.run;
  return [
    ...decide,
    ...(run === undefined ? [] : [`What that run waits for:  ringmain runs show ${run}`]),
    `The run goes on by itself where \`ringmain serve\` or the screen is open; else: ringmain runs resume ${id}`,
  ];
}

/** Whether it is a person that the run waits for, a moment or another run. */
export function waitsInWords({ waitsFor = [] }: Waiting): string {
  const until = waitsFor.flatMap((wait) => wait.until ?? []).sort()[0];
  if (waitsFor.some(({ approval }) => approval !== undefined)) return "waits for approval";
  const run = waitsFor.find((wait) => wait.run !== undefined)?.run;
  if (run !== undefined) return `waits for the run ${run}`;
  return until === undefined ? "waits" : `waits until ${momentText(until)}`;
}

/** For a log: what a run waits for. */
export function awaitedText({ waitsFor = [] }: Waiting): string {
  const [first, ...others] = waitsFor.flatMap(({ approval }) => approval ?? []);
  if (first === undefined) return waitsInWords({ waitsFor });
  return `waits for approval ${first}${others.length === 0 ? "" : ` and ${counted(others.length, "other")}`}`;
}
