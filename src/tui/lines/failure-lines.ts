import type { StepFailure } from "../live-run.ts";
import { type Line, line, oneLine, wrap } from "./line.ts";
import { shortId } from "./short-id.ts";

/** Why a step was refused or failed: for which loop item, by which policy, and in two rows at most why. */
export function failureLines(failure: StepFailure, options: { depth: number; width: number }): Line[] {
  const { path, code, policies, message, refused } = failure;
  const indent = "  ".repeat(options.depth + 1);
  const item = loopKeys(path).map(shortId).join(" › ");
  const by =
    refused && policies.length > 0 && !policies.every((id) => message.includes(id))
      ? ` by ${policies.join(", ")}`
      : "";
  return [
    [
      { text: `${indent}✗ `, tone: "bad" },
      { text: item === "" ? "" : `${item}  ` },
      { text: code, tone: "bad" },
      { text: oneLine(by) },
    ],
    ...wrap(message, options.width - indent.length - 2)
      .slice(0, 2)
      .map((row) => line(`${indent}  ${row}`, "dim")),
  ];
}

/** The keys of the loop items that a path lies in: `inv_3` of `remind[inv_3]/send`. */
function loopKeys(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]/g)].map(([, key = ""]) => decodeKey(key));
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
