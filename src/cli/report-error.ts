import pc from "picocolors";
import { messageOf, RingmainError } from "../core/errors.ts";
import { wantsColour } from "./terminal.ts";

/** Tells a person, or with `--json` a program, what went wrong and what to do about it. */
export function reportError(error: unknown, json: boolean): void {
  if (json) {
    const { code, hint, retryable, details } =
      error instanceof RingmainError ? error : new RingmainError("INTERNAL", "");
    const told = { code, message: messageOf(error), hint, retryable, details };
    process.stdout.write(`${JSON.stringify({ error: told }, null, 2)}\n`);
    return;
  }
  const colour = pc.createColors(wantsColour(process.stderr, process.env));
  if (error instanceof RingmainError) {
    const lines = [error.message, error.hint].filter((text) => text !== undefined).join("\n");
    process.stderr.write(`${colour.red(error.code)}  ${lines.replaceAll(/\n */g, "\n  ")}\n`);
    return;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${colour.red("INTERNAL")}  This is a bug in Ringmain:\n${trace}\n`);
}
