import type { ApprovalDetail, ApprovalRow } from "../approvals-port.ts";
import { emptyLine, type Line, line, oneLine, paragraph, type Tone, wrap } from "./line.ts";

/** The detail of a request: who asks for what and why it waits, the facts, the arguments and what would come of it. */
export function approvalLines({ id, status, standing, sections }: ApprovalDetail, width: number): Line[] {
  const tone = status === "pending" ? "warn" : "dim";
  return [
    [{ text: oneLine(id), bold: true }],
    ...standingLines("status", status, width, tone),
    ...standing.flatMap(({ name, text }) => standingLines(name, text.join(" "), width)),
    ...sections.flatMap(({ heading, rows }) => [
      emptyLine,
      ...wrap(heading, width).map((row): Line => [{ text: row, bold: true }]),
      ...(rows.length === 0 && sections.length > 1 ? [line("  nothing", "dim")] : []),
      ...rows.flatMap((row) => rowLines(row, width, nameWidth(rows, width))),
    ]),
  ];
}

const standingWidth = 12;

function standingLines(name: string, text: string, width: number, tone?: Tone): Line[] {
  return wrap(text, width - standingWidth).map((row, index) => [
    { text: (index === 0 ? name : "").padEnd(standingWidth), tone: "dim" },
    { text: row, tone },
  ]);
}

function nameWidth(rows: readonly ApprovalRow[], width: number): number {
  return Math.min(Math.floor(width / 2) - 4, 32, Math.max(0, ...rows.map(({ name }) => name.length)));
}

/** A name beside its text; below it, behind a margin, where one row does not hold both: no text can pose as ours. */
function rowLines({ name, text }: ApprovalRow, width: number, names: number): Line[] {
  const [only = "", ...more] = text;
  if (more.length === 0 && name.length <= names && names + 4 + only.length <= width)
    return [[{ text: `  ${oneLine(name).padEnd(names)}  `, tone: "dim" }, { text: oneLine(only) }]];
  return [
    ...paragraph(name, width - 2, "dim").map((row): Line => [{ text: "  " }, ...row]),
    ...text.flatMap((part) => {
      const rows = part.trim() === "" ? [""] : wrap(part, width - 6);
      return rows.map((row): Line => [{ text: "    │ ", tone: "dim" }, { text: row }]);
    }),
  ];
}
