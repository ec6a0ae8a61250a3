import { RingmainError } from "../core/errors.ts";
import type { Child, Exit } from "./child.ts";
import type { ServerSpec } from "./server-spec.ts";

/** The particulars of a SERVER_UNAVAILABLE. */
interface ExitDetails {
  server: string;
  exitCode: number | null;
  signal: string | null;
  /** The last lines the server wrote to stderr, without control characters. */
  stderr: readonly string[];
}

/** The server died while a call was in flight, or while it was asked for its tools. */
export function crashed(server: string, exit: Exit, child: Child): RingmainError {
  return new RingmainError("SERVER_UNAVAILABLE", `${crashText(server, exit)} The call may have been done.`, {
    hint: "Call again with the same key; without one, first look for the call with `ringmain audit tail`.",
    retryable: true,
    details: detailsOf(server, exit, child),
  });
}

/** The server could not be started, after so many crashes in a row. */
export function notStarted(spec: ServerSpec, exit: Exit, child: Child, crashes: number): RingmainError {
  const { name, command } = spec;
  const details = detailsOf(name, exit, child);
  if (exit.startError !== undefined) {
    return new RingmainError(
      "SERVER_UNAVAILABLE",
      `Server ${name} cannot be started: ${exit.startError}, ${command}`,
      {
        hint: `Check the command of server ${name} in ringmain.yaml, and that the program is installed.`,
        details,
      },
    );
  }
  const times = crashes > 1 ? ` ${crashes} times in a row` : "";
  const words = details.stderr.length > 0 ? ` It wrote:\n  ${details.stderr.join("\n  ")}` : "";
  const message = `Server ${name} stopped at its start${times} (${howItEnded(exit)}).${words}`;
  return new RingmainError("SERVER_UNAVAILABLE", message, {
    hint: `Mend what it names, then try again; \`ringmain mcp ${name}\` runs it by hand.`,
    details,
  });
}

/** The hub is closed, or was closed under the call. */
export function stopping(server: string): RingmainError {
  return new RingmainError("SERVER_UNAVAILABLE", `Server ${server} is stopping with this program.`, {
    hint: "Start the program again; a run under way is resumed.",
    retryable: true,
  });
}

export function crashText(server: string, exit: Exit): string {
  return `Server ${server} stopped unexpectedly (${howItEnded(exit)}).`;
}

function howItEnded(exit: Exit): string {
  return exit.signal === null ? `exit code ${exit.code}` : exit.signal;
}

function detailsOf(server: string, exit: Exit, child: Child): ExitDetails {
  return { server, exitCode: exit.code, signal: exit.signal, stderr: child.lastWords() };
}
