import pc from "picocolors";

/** Where a command writes and how. Data goes to stdout, messages for people to stderr. */
export interface Terminal {
  /** A line of data. */
  print(line?: string): void;
  /** A line for people; silent with `-q`. */
  note(line: string): void;
  /** One JSON document, or one line of NDJSON. */
  json(document: unknown, options?: { line?: boolean }): void;
  /** Colours for stdout; none when it is not a terminal, or when NO_COLOR is set. */
  colour: ReturnType<typeof pc.createColors>;
  /** Whether stdout is a terminal. */
  isTty: boolean;
  columns: number;
}

/** Whether to write colours to a stream (no-color.org). */
export function wantsColour(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR !== undefined) return environment.FORCE_COLOR !== "0";
  return stream.isTTY === true && environment.TERM !== "dumb";
}

export function createTerminal(options: { quiet: boolean }): Terminal {
  const { stdout, stderr } = process;
  return {
    print: (line = "") => void stdout.write(`${line}\n`),
    note: (line) => {
      if (!options.quiet) stderr.write(`${line}\n`);
    },
    json: (document, { line = false } = {}) =>
      void stdout.write(`${JSON.stringify(document, null, line ? 0 : 2)}\n`),
    colour: pc.createColors(wantsColour(stdout, process.env)),
    isTty: stdout.isTTY === true,
    columns: stdout.columns ?? 100,
  };
}
