import type { StepEvent } from "../workflow/run-context.ts";
import type { Terminal } from "./terminal.ts";

/** One line at the bottom that says what is going on; only on a terminal, and gone when the work is done. */
export function liveLine(
  terminal: Terminal,
  silent: boolean,
): { show(event: StepEvent): void; clear(): void } {
  const active = terminal.isTty && !silent;
  let calls = 0;
  const write = (text: string) => {
    if (active) process.stdout.write(`\r\x1b[K${text}`);
  };
  return {
    show({ tool, status, path }) {
      if (tool === undefined) return;
      if (status !== "started") calls += 1;
      write(terminal.colour.dim(`  … ${tool}  ${calls} calls  ${path}`.slice(0, terminal.columns - 1)));
    },
    clear: () => write(""),
  };
}
