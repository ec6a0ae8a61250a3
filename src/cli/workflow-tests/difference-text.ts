import type { Json } from "../../core/json.ts";
import type { Difference } from "./judge-case.ts";
import { shortJson } from "./short-json.ts";

/** A difference in a few lines: what it is about and where it is expected, then both values, one under the other. */
export function differenceText({ message, expected, actual, file, line }: Difference): string[] {
  const values: [string, Json | undefined][] = [
    ["expected", expected],
    ["actual", actual],
  ];
  return [
    `${message}  ${file}:${line}`,
    ...values.flatMap(([name, value]) =>
      value === undefined ? [] : [`  ${name.padEnd(8)}  ${shortJson(value)}`],
    ),
  ];
}
