import type { RunSummary } from "../port.ts";
import { type Line, labelled, line, paragraph } from "./line.ts";

const mostShown = 10;

/** What a waiting run waits for, each with its step, and how it goes on. */
export function awaitedLines({ id, waitsFor = [] }: RunSummary, width: number): Line[] {
  const shown = waitsFor.slice(0, mostShown);
  const more = waitsFor.length - shown.length;
  const approval = waitsFor.find((wait) => wait.approval !== undefined)?.approval;
  const decide = [
    "It goes on by itself once it is decided: here (4 lists what waits), or in a shell:",
    `ringmain approvals show ${approval}`,
    `ringmain approvals approve ${approval}  (or reject)`,
  ];
  const how = [
    ...(approval === undefined ? ["It goes on by itself, here or where `ringmain serve` runs."] : decide),
    `ringmain runs cancel ${id}`,
  ];
  return [
    ...shown.flatMap((wait, index) =>
      labelled(
        index === 0 ? "waits for" : "",
        `${wait.approval ?? wait.run ?? wait.until}  ${wait.step}`,
        width,
        "warn",
      ),
    ),
    ...(more > 0 ? [line(`… and ${more} more: ringmain approvals ls`, "dim")] : []),
    ...how.flatMap((text) => paragraph(text, width, "dim")),
  ];
}
