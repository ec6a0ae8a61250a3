import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

/** A program in a real terminal, seen through a terminal emulator. */
export interface PtyScreen {
  /** What the screen shows now, one line a row, without trailing blanks. */
  text(): string;
  /** Sends keys as a terminal would. */
  press(...keys: string[]): void;
  resize(columns: number, rows: number): void;
  /** Waits until the screen shows something. Throws with the screen when it does not come in time. */
  until(wanted: string | RegExp | ((screen: string) => boolean), timeoutMs?: number): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Waits for the program's end. */
  exit(timeoutMs?: number): Promise<{ exitCode: number }>;
  /** Whether the program left the alternate screen, shows the cursor again and has given back raw mode. */
  restored(): boolean;
  /** Whether any colour has been written since the start. */
  coloured(): boolean;
  pid: number;
}

export const keys = {
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  end: "\x1b[F",
  pageDown: "\x1b[6~",
  enter: "\r",
  escape: "\x1b",
  tab: "\t",
  ctrlC: "\x03",
} as const;

/** Starts a program in a pseudo-terminal of its own. */
export function startInPty(options: {
  file: string;
  args: readonly string[];
  cwd?: string;
  columns?: number;
  rows?: number;
  environment?: Record<string, string>;
  /** Whom it runs as, when it is not the user of the tests. */
  uid?: number;
  gid?: number;
}): PtyScreen {
  const { file, args, cwd = process.cwd(), columns = 80, rows = 24, environment = {}, uid, gid } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NO_COLOR|FORCE_COLOR|CI)$/.test(name));
  const child = spawn(file, [...args], {
    cols: columns,
    rows,
    cwd,
    uid,
    gid,
    name: "xterm-256color",
    env: { ...Object.fromEntries(inherited), TERM: "xterm-256color", ...environment },
  });
  const listeners = new Set<() => void>();
  let raw = "";
  let ended: { exitCode: number } | undefined;
  const changed = () => {
    for (const listener of listeners) listener();
  };
  child.onData((data) => {
    raw += data;
    terminal.write(data, changed);
  });
  child.onExit(({ exitCode }) => {
    // what was written last is still on its way through the emulator
    terminal.write("", () => {
      ended = { exitCode };
      changed();
    });
  });

  const text = () => {
    const { active } = terminal.buffer;
    const lines = Array.from({ length: terminal.rows }, (_, row) =>
      active.getLine(active.viewportY + row)?.translateToString(true),
    );
    return lines.join("\n").trimEnd();
  };

  /** Resolves with the first value that is not undefined, asked anew whenever something changed. */
  const waitFor = <T>(ask: () => T | undefined, what: string, timeoutMs: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        listeners.delete(look);
        clearTimeout(timer);
        settle();
      };
      const look = () => {
        // a frame that is being drawn (DEC mode 2026) is not looked at
        if (raw.lastIndexOf("\x1b[?2026h") > raw.lastIndexOf("\x1b[?2026l") && ended === undefined) return;
        const value = ask();
        if (value !== undefined) done(() => resolve(value));
        else if (ended !== undefined)
          done(() => reject(new Error(`The program ended before ${what}:\n${text()}`)));
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`Waited ${timeoutMs} ms for ${what}:\n${text()}`))),
        timeoutMs,
      );
      listeners.add(look);
      look();
    });

  return {
    pid: child.pid,
    text,
    press: (...pressed) => {
      for (const key of pressed) child.write(key);
    },
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      child.resize(newColumns, newRows);
    },
    until(wanted, timeoutMs = 15_000) {
      const matches =
        typeof wanted === "function"
          ? wanted
          : (screen: string) => (typeof wanted === "string" ? screen.includes(wanted) : wanted.test(screen));
      return waitFor(() => (matches(text()) ? text() : undefined), String(wanted), timeoutMs);
    },
    kill: (signal) => child.kill(signal),
    exit: (timeoutMs = 15_000) => waitFor(() => ended, "its end", timeoutMs),
    restored: () =>
      terminal.buffer.active.type === "normal" && raw.lastIndexOf("\x1b[?25h") > raw.lastIndexOf("\x1b[?25l"),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what a terminal is told
    coloured: () => /\x1b\[[0-9;]*[1-9][0-9;]*m/.test(raw),
  };
}
