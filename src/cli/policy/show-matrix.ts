import { RingmainError } from "../../core/errors.ts";
import type { GlobalOptions } from "../command.ts";
import { pinnedTools } from "../pinned-tools.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../wire.ts";
import { type Matrix, type MatrixFilter, permissionMatrix } from "./matrix.ts";
import { matrixLines, matrixMarkdown, principalLines } from "./matrix-text.ts";

export interface MatrixOptions extends MatrixFilter {
  markdown?: true;
}

/** Shows what every principal may do with every tool. */
export async function showMatrix(options: MatrixOptions, global: GlobalOptions): Promise<void> {
  const { terminal, json } = global;
  if (json && options.markdown === true)
    throw new RingmainError("INPUT_INVALID", "--json and --markdown exclude each other.");
  const workspace = openWorkspace(global.workspace);
  const matrix = permissionMatrix(workspace, await pinnedTools(workspace, terminal), options);
  if (json) return terminal.json(matrix);
  if (options.markdown === true) {
    for (const line of matrixMarkdown(matrix)) terminal.print(line);
    return;
  }
  printMatrix(matrix, terminal, options.principal !== undefined);
  for (const { file } of workspace.problems)
    terminal.note(`${file} has faults, so this agent is not in the matrix: \`ringmain check\` says which.`);
}

/** Prints a matrix for a person, and what it does not tell. */
export function printMatrix(matrix: Matrix, terminal: Terminal, single = false): void {
  const { colour, columns } = terminal;
  const lines = single ? principalLines(matrix, colour) : matrixLines(matrix, { columns, colour });
  for (const line of lines) terminal.print(line);
  if (matrix.cells.some(({ broken }) => broken))
    terminal.note(
      "\nA policy that cannot be read refuses every call it could concern: run `ringmain check`.",
    );
  terminal.note("\nLimits and pauses come on top: `ringmain agents` shows them.");
}
