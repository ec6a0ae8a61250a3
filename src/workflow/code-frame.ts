import { codeFrameColumns } from "@babel/code-frame";
import picocolors from "picocolors";
import type { Problem } from "../core/problem.ts";

/** Writes a problem for people: place, message, the lines around it and the hint. */
export function formatProblem(problem: Problem, text: string, options: { colour?: boolean } = {}): string {
  const { file, line, column, message, hint, code } = problem;
  const paint = picocolors.createColors(options.colour ?? false);
  const place = paint.cyan(`${file}:${line}:${column}`);
  const lines = [`${place} ${paint.red(message)} ${paint.dim(`[${code}]`)}`, renderFrame(problem, text)];
  if (hint !== undefined) lines.push(`${paint.green("hint:")} ${hint}`);
  return lines.join("\n");
}

function renderFrame({ line, column, endLine, endColumn }: Problem, text: string): string {
  // A mark over several lines, or of no width, shows less than one that points.
  const wide = endLine === line && endColumn !== undefined && endColumn > column;
  const last = wide ? endColumn : column + 1;
  // Babel counts columns from 0.
  const location = { start: { line, column: column - 1 }, end: { line, column: last - 1 } };
  return codeFrameColumns(text, location, { linesAbove: 1, linesBelow: 1 });
}
