import type { Command } from "commander";
import { createTerminal, type Terminal } from "./terminal.ts";

/** A command of the program: its file is loaded only when it is asked for. */
export interface CommandEntry {
  name: string;
  summary: string;
  load(): Promise<CommandModule>;
}

export interface CommandModule {
  /** Adds arguments, options, help and the action. */
  define(command: Command): void;
}

/** What every command takes. */
export interface GlobalOptions {
  workspace?: string;
  json: boolean;
  input: boolean;
  yes: boolean;
  quiet: boolean;
  verbose: boolean;
  terminal: Terminal;
}

/** The global options of the command line that a command belongs to. */
export function globalOptions(command: Command): GlobalOptions {
  const given: Record<string, unknown> = command.optsWithGlobals();
  const quiet = given.quiet === true;
  return {
    ...(typeof given.workspace === "string" && { workspace: given.workspace }),
    json: given.json === true,
    input: given.input !== false,
    yes: given.yes === true,
    quiet,
    verbose: given.verbose === true,
    terminal: createTerminal({ quiet }),
  };
}

/** Help text with examples, in the one form all commands use. */
export function examples(lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, what]) => `  ${command.padEnd(width)}   ${what}`).join("\n")}`;
}
