import type { DecideDialog } from "../decide-dialog.ts";
import type { TuiState } from "../state.ts";
import { type Line, labelled, line, oneLine, paragraph } from "./line.ts";

const labelWidth = 12;

/** The dialog that decides about a request, in as many rows as there are. The passphrase shows as its length. Pure. */
export function decideLines(
  dialog: DecideDialog,
  state: Pick<TuiState, "approvalDetail">,
  size: { width: number; height: number },
): { title: string; lines: Line[]; keys: string } {
  const { decision, request, refused, busy } = dialog;
  const { width, height } = size;
  const verb = decision === "approved" ? "Approve" : "Reject";
  const fields = refused ? [] : [reasonLine(dialog, width), passphraseLine(dialog, width)];
  const told = toldLines(dialog, width).slice(0, Math.max(1, height - fields.length));
  const room = Math.max(0, height - fields.length - told.length);
  const keys = refused ? "Esc leave" : "Enter decide   Tab next field   Esc leave";
  return {
    title: `${verb} ${oneLine(request.tool)}?`,
    lines: [...summaryLines(dialog, state, width).slice(0, room), ...fields, ...told],
    keys: busy ? "" : keys,
  };
}

function summaryLines(
  { request }: DecideDialog,
  { approvalDetail }: Pick<TuiState, "approvalDetail">,
  width: number,
): Line[] {
  const { id, principal, roles } = request;
  const rows = approvalDetail?.id === id ? (approvalDetail.sections[1]?.rows ?? []) : [];
  const given = rows.map(({ name, text }) => `${name} = ${text.join(" ")}`).join(", ");
  return [
    ...labelled("request", id, width),
    ...labelled("asked by", principal, width),
    ...labelled("asks", roles.join(" and "), width),
    ...labelled("with", given, width).slice(0, 2),
  ];
}

function reasonLine({ field, reason, decision }: DecideDialog, width: number): Line {
  const absent = decision === "approved" ? "(may be left empty)" : "(needed)";
  if (field === "reason") return fieldLine("reason", tailOf(reason, width), true);
  return reason === ""
    ? [...fieldLine("reason", "", false), { text: absent, tone: "dim" }]
    : fieldLine("reason", tailOf(reason, width), false);
}

function passphraseLine({ field, passphraseLength }: DecideDialog, width: number): Line {
  return fieldLine("passphrase", tailOf("•".repeat(passphraseLength), width), field === "passphrase");
}

function fieldLine(name: string, text: string, active: boolean): Line {
  const cursor = active ? "▏" : "";
  return [
    { text: `${active ? "❯" : " "} ${name.padEnd(labelWidth)}`, bold: active },
    { text: `${oneLine(text)}${cursor}` },
  ];
}

/** The end of a text that is longer than its field. */
function tailOf(text: string, width: number): string {
  const room = Math.max(1, width - labelWidth - 4);
  return text.length > room ? `…${text.slice(1 - room)}` : text;
}

function toldLines({ problem, busy, field, decision, person }: DecideDialog, width: number): Line[] {
  if (busy) return [line("Deciding…", "dim")];
  if (problem !== undefined) return paragraph(problem, width, "bad").slice(0, 4);
  const optional = decision === "approved" ? "Why; it may be left empty." : "Why; it is needed.";
  const text =
    field === "reason"
      ? `${optional} It stays in the trail.`
      : `The passphrase of ${person}, which is kept nowhere.`;
  return [line(text, "dim")];
}
