import type { CommanderError } from "commander";
import { RingmainError } from "../core/errors.ts";

/** Words what commander found wrong with a command line as every other error is worded, with a remedy. */
export function usageError(error: CommanderError, command: string | undefined): RingmainError {
  const [first = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const help = `\`ringmain ${command === undefined ? "" : `${command} `}--help\` shows what it takes.`;
  const meant = /^\(Did you mean (.*)\?\)$/.exec(suggestion ?? "")?.[1];
  return new RingmainError("INPUT_INVALID", sentence(first), {
    hint: meant === undefined ? help : `Did you mean ${meant}? ${help}`,
    cause: error,
  });
}

function sentence(text: string): string {
  const full = text.endsWith(".") ? text : `${text}.`;
  return full.charAt(0).toUpperCase() + full.slice(1);
}
