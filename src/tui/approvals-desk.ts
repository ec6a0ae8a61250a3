import type { ApprovalSummary, Decision } from "./approvals-port.ts";
import { type DecideDialog, decideDialog } from "./decide-dialog.ts";
import type { TypingIntent } from "./keys.ts";
import { shortId } from "./lines/short-id.ts";
import type { TuiPort } from "./port.ts";
import { type Action, selectedId, type TuiState } from "./state.ts";
import { sentenceOf } from "./told-error.ts";

const requestsShown = 200;
const longestReason = 500;
const longestPassphrase = 1_000;
/** How much older the requests may get before the screen says so. */
const ageStepMs = 15_000;

/** What the screen does with requests for approval. */
export interface ApprovalsDesk {
  /** Reads what waits, and the detail of the request that is looked at. */
  refresh(): void;
  /** Asks for a reason and the passphrase, or says why this person cannot decide. */
  open(request: ApprovalSummary, decision: Decision): void;
  /** Takes what is typed in the dialog. */
  typed(intent: TypingIntent): void;
  /** Forgets the passphrase as far as it is typed. */
  forget(): void;
}

/**
 * Makes the desk. What is typed of a passphrase is kept here alone, never in the state that is drawn, until Enter or until
 * the dialog goes.
 */
export function createApprovalsDesk(options: {
  port: TuiPort["approvals"];
  dispatch: (...actions: Action[]) => void;
  state: () => TuiState;
  now: () => number;
}): ApprovalsDesk {
  const { port, dispatch, state, now } = options;
  let passphrase: string[] = [];

  const dialog = (): DecideDialog | undefined => {
    const shown = state().dialog;
    return shown?.kind === "decide" && !shown.busy && !shown.refused ? shown : undefined;
  };

  function refresh(): void {
    dispatch({ type: "approvals", ...port.list(requestsShown) });
    if (state().tab !== "approvals") return;
    const id = selectedId(state());
    if (id !== undefined) dispatch({ type: "approval-detail", detail: port.show(id) });
    if (now() - state().now >= ageStepMs) dispatch({ type: "tick", now: now() });
  }

  function open(request: ApprovalSummary, decision: Decision): void {
    let refusal: string | undefined;
    try {
      port.mayDecide(request.id);
    } catch (error) {
      refusal = sentenceOf(error);
    }
    dispatch({ type: "open", dialog: decideDialog({ request, decision, person: port.principal, refusal }) });
  }

  function typed(intent: TypingIntent) {
    const shown = dialog();
    if (shown === undefined) return;
    if (intent.do === "field") {
      const field = intent.by > 0 ? "passphrase" : "reason";
      return dispatch({ type: "decide-field", field });
    }
    if (intent.do === "enter") return enter(shown);
    const inReason = shown.field === "reason";
    const before = inReason ? [...shown.reason] : passphrase;
    const after = changed(before, intent, inReason ? longestReason : longestPassphrase);
    if (inReason) return dispatch({ type: "decide-reason", reason: after.join("") });
    passphrase = after;
    dispatch({ type: "decide-passphrase", length: after.length });
  }

  function enter({ field, decision, reason, request }: DecideDialog) {
    if (decision === "rejected" && reason.trim() === "") {
      const problem = "A rejection needs a reason; it stays in the trail.";
      passphrase = [];
      return dispatch({ type: "decide-problem", problem, field: "reason" });
    }
    if (field === "reason") return dispatch({ type: "decide-field", field: "passphrase" });
    if (passphrase.length === 0) {
      return dispatch({ type: "decide-problem", problem: "Type your passphrase.", field });
    }
    const answer = { id: request.id, decision, reason: reason.trim(), passphrase: passphrase.join("") };
    passphrase = [];
    dispatch({ type: "decide-busy" });
    port.decide(answer).then(
      ({ status, missing }) => {
        const text = outcomeText(request, status, missing);
        close(request.id);
        dispatch({ type: "notice", text, bad: false });
        look();
      },
      (error) => {
        const problem = sentenceOf(error);
        if (isAsked(request.id)) dispatch({ type: "decide-problem", problem, field: "passphrase" });
        else dispatch({ type: "notice", text: problem, bad: true });
        look();
      },
    );
  }

  function isAsked(id: string): boolean {
    const shown = state().dialog;
    return shown?.kind === "decide" && shown.request.id === id;
  }
  function close(id: string): void {
    if (isAsked(id)) dispatch({ type: "close" });
  }
  /** Looks at once, so that what was decided does not wait for the next poll. The next poll tells what is wrong. */
  function look(): void {
    try {
      refresh();
    } catch {}
  }

  return {
    refresh,
    open,
    typed,
    forget() {
      passphrase = [];
    },
  };
}

function changed(before: readonly string[], intent: TypingIntent, longest: number): string[] {
  if (intent.do === "erase") return intent.all ? [] : before.slice(0, -1);
  if (intent.do !== "type" || before.length >= longest) return [...before];
  // what could not stand on one line of a terminal is no part of either
  return /[\p{Cc}\p{Cf}\p{Cs}]/u.test(intent.text) ? [...before] : [...before, intent.text];
}

function outcomeText({ id }: ApprovalSummary, status: string, missing: readonly string[]): string {
  const which = shortId(id);
  if (status === "rejected") return `${which} is rejected.`;
  if (missing.length > 0) return `${which} has your yes; it still needs that of ${missing.join(" and ")}.`;
  return `${which} is approved: the very same call goes through, once.`;
}
