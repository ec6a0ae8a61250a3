import type { Reaching, ReachingPolicy } from "../../policy/reach.ts";
import type { Terminal } from "../terminal.ts";
import type { Cell, Matrix } from "./matrix.ts";

type Colour = Terminal["colour"];

const marks: Record<Reaching, string> = { allow: "✓", conditional: "~", approval: "?", deny: "·" };

const meanings = "✓ allowed   ~ a policy may refuse   ? a policy may ask a role   · no";

/** Cells are three characters wide: a space and up to two digits of a principal's number. */
const cellWidth = 3;

/** The matrix as a table that fits a width: tools by server, principals as numbered columns. */
export function* matrixLines(
  matrix: Matrix,
  options: { columns: number; colour: Colour },
): Generator<string> {
  const { principals, tools } = matrix;
  const { colour, columns } = options;
  const numbers = new Map(principals.map(({ id }, index) => [id, index + 1]));
  yield* legend(
    principals.map(({ id }, index) => `${String(index + 1).padStart(2)} ${id}`),
    columns,
  );
  yield colour.dim(meanings);
  const cells = new Map(matrix.cells.map((cell) => [`${cell.principal} ${cell.tool}`, cell]));
  const nameWidth = Math.max(0, ...tools.map(({ name }) => name.length)) + 2;
  const most = Math.max(1, Math.floor((columns - nameWidth) / cellWidth));
  for (let first = 0; first < principals.length; first += most) {
    const shown = principals.slice(first, first + most);
    let server = "";
    for (const tool of tools) {
      if (tool.server !== server) {
        server = tool.server;
        const heads = shown.map(({ id }) => String(numbers.get(id)).padStart(cellWidth));
        yield "";
        yield `${colour.bold(server.padEnd(nameWidth))}${colour.dim(heads.join(""))}`;
      }
      const row = shown.map(({ id }) => markOf(cells.get(`${id} ${tool.id}`)?.access ?? "deny", colour));
      yield `  ${tool.name.padEnd(nameWidth - 2)}${row.map((mark) => `  ${mark}`).join("")}`;
    }
  }
  yield* policyLines(matrix, numbers, colour);
}

/** What one principal may do, tool by tool, with the grant that opens each and the policies that have a say. */
export function* principalLines(matrix: Matrix, colour: Colour): Generator<string> {
  const [principal] = matrix.principals;
  if (principal === undefined) return;
  const roles = principal.id.startsWith("user:") ? `  roles: ${principal.roles.join(", ") || "none"}` : "";
  yield `${colour.bold(principal.id)}${colour.dim(roles)}`;
  const reached = matrix.cells.filter(({ grant }) => grant !== undefined);
  const tools = new Map(matrix.tools.map((tool) => [tool.id, tool]));
  const width = Math.max(0, ...reached.map(({ tool }) => tools.get(tool)?.name.length ?? 0));
  let server = "";
  for (const cell of reached) {
    const tool = tools.get(cell.tool);
    if (tool === undefined) continue;
    if (tool.server !== server) yield `  ${colour.bold(tool.server)}`;
    server = tool.server;
    const granted = colour.dim(`${tool.effect.padEnd(6)}  ${cell.grant}`);
    yield `    ${markOf(cell.access, colour)} ${tool.name.padEnd(width)}  ${granted}`;
    const idWidth = Math.max(0, ...cell.policies.map(({ id }) => id.length));
    for (const policy of cell.policies)
      yield `        ${policy.id.padEnd(idWidth)}  ${saysOf(policy)}  ${colour.dim(policy.place)}`;
  }
  const closed = matrix.cells.length - reached.length;
  if (closed > 0) yield colour.dim(`  ${closed} other tools: no grant opens them`);
}

/** The matrix for a document: a table for each server, and the policies below. */
export function* matrixMarkdown(matrix: Matrix): Generator<string> {
  const { principals, tools } = matrix;
  const cells = new Map(matrix.cells.map((cell) => [`${cell.principal} ${cell.tool}`, cell]));
  yield meanings.replaceAll(/ {3}/g, " · ");
  let server = "";
  for (const tool of tools) {
    if (tool.server !== server) {
      server = tool.server;
      yield "";
      yield `| ${[server, ...principals.map(({ id }) => id)].join(" | ")} |`;
      yield `|---|${principals.map(() => ":-:|").join("")}`;
    }
    const row = principals.map(({ id }) => marks[cells.get(`${id} ${tool.id}`)?.access ?? "deny"]);
    yield `| ${[`\`${tool.name}\``, ...row].join(" | ")} |`;
  }
  const said = policiesByTool(matrix);
  if (said.length > 0) yield "";
  for (const { tool, policy, principals: whom } of said)
    yield `- \`${tool}\`: ${policy.id} (${policy.place}) ${saysOf(policy)}: ${whom.join(", ")}`;
}

function* legend(entries: readonly string[], columns: number): Generator<string> {
  const width = Math.max(0, ...entries.map((entry) => entry.length)) + 2;
  const across = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(entries.length / across);
  for (let row = 0; row < rows; row += 1) {
    const line = entries.filter((_, index) => index % rows === row);
    yield line
      .map((entry) => entry.padEnd(width))
      .join("")
      .trimEnd();
  }
}

function* policyLines(
  matrix: Matrix,
  numbers: ReadonlyMap<string, number>,
  colour: Colour,
): Generator<string> {
  const said = policiesByTool(matrix);
  if (said.length === 0) return;
  yield "";
  yield colour.bold("Where a policy has a say");
  let shown = "";
  const idWidth = Math.max(...said.map(({ policy }) => policy.id.length));
  const saysWidth = Math.max(...said.map(({ policy }) => saysOf(policy).length));
  for (const { tool, policy, principals } of said) {
    if (tool !== shown) yield `  ${tool}`;
    shown = tool;
    const whom = principals.map((id) => numbers.get(id)).join(" ");
    yield `    ${policy.id.padEnd(idWidth)}  ${saysOf(policy).padEnd(saysWidth)}  ${whom}`;
    yield colour.dim(`      ${policy.place}`);
  }
}

interface Said {
  tool: string;
  policy: ReachingPolicy;
  principals: string[];
}

/** The policies that have a say, each once for each tool. */
function policiesByTool({ cells }: Matrix): Said[] {
  const said = new Map<string, Said>();
  for (const { tool, policies, principal } of cells) {
    for (const policy of policies) {
      const key = `${tool} ${policy.place} ${policy.always}`;
      const known = said.get(key) ?? { tool, policy, principals: [] };
      known.principals.push(principal);
      said.set(key, known);
    }
  }
  return [...said.values()].sort((a, b) => (a.tool < b.tool ? -1 : a.tool > b.tool ? 1 : 0));
}

/** `may refuse`, `asks finance`. */
function saysOf({ approval, withholds, always }: ReachingPolicy): string {
  if (withholds !== undefined) return `${always ? "withholds" : "may withhold"} ${withholds}`;
  if (approval === undefined) return always ? "refuses" : "may refuse";
  return always ? `asks ${approval}` : `may ask ${approval}`;
}

function markOf(access: Cell["access"], colour: Colour): string {
  const paint = {
    allow: colour.green,
    conditional: colour.yellow,
    approval: colour.cyan,
    deny: colour.dim,
  }[access];
  return paint(marks[access]);
}
