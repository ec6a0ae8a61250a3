/** One fault found in a file of the workspace. Lines and columns start at 1. */
export interface Problem {
  /** Stable, for instance `unknown-tool`; documented, never renamed. */
  code: string;
  message: string;
  hint?: string | undefined;
  /** Relative to the workspace. */
  file: string;
  line: number;
  column: number;
  endLine?: number | undefined;
  endColumn?: number | undefined;
}

/** Orders problems as a reader meets them. */
export function compareProblems(a: Problem, b: Problem): number {
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column;
}
