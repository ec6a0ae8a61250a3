import type { ApprovalSummary, Decision } from "./approvals-port.ts";

/** Asks for a reason and for the passphrase, of which only the length is known here. */
export interface DecideDialog {
  kind: "decide";
  decision: Decision;
  request: ApprovalSummary;
  /** Who decides: `user:maria`. */
  person: string;
  field: "reason" | "passphrase";
  reason: string;
  passphraseLength: number;
  /** Why nothing was decided yet, and what to do. */
  problem?: string;
  /** The person cannot decide at all: nothing is asked. */
  refused: boolean;
  /** The answer is being signed and written. */
  busy: boolean;
}

/** What a person changes in the dialog, or is told in it. */
export type DecideAction =
  | { type: "decide-field"; field: DecideDialog["field"] }
  | { type: "decide-reason"; reason: string }
  | { type: "decide-passphrase"; length: number }
  | { type: "decide-busy" }
  | { type: "decide-problem"; problem: string; field: DecideDialog["field"] };

export function decideDialog(options: {
  request: ApprovalSummary;
  decision: Decision;
  person: string;
  /** Why they cannot decide. */
  refusal: string | undefined;
}): DecideDialog {
  const { refusal, ...asked } = options;
  const fields = { field: "reason", reason: "", passphraseLength: 0, busy: false } as const;
  const refused = refusal !== undefined;
  return { kind: "decide", ...asked, ...fields, refused, ...(refused && { problem: refusal }) };
}

/** The dialog after something was done in it. Pure. */
export function editDecision(dialog: DecideDialog, action: DecideAction): DecideDialog {
  const { problem: _, ...rest } = dialog;
  switch (action.type) {
    case "decide-field":
      return { ...dialog, field: action.field };
    case "decide-reason":
      return { ...rest, reason: action.reason };
    case "decide-passphrase":
      return { ...rest, passphraseLength: action.length };
    case "decide-busy":
      return { ...rest, busy: true, passphraseLength: 0 };
    case "decide-problem": {
      const { field, problem } = action;
      return { ...dialog, busy: false, passphraseLength: 0, field, problem };
    }
  }
}
