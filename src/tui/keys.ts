import type { ApprovalSummary, Decision } from "./approvals-port.ts";
import type { DecideDialog } from "./decide-dialog.ts";
import { interruptedRunOf, runsUnderWay, selectedId, type TuiState, tabs } from "./state.ts";

/** A key as the terminal told it: `name` for a named key, else `text`. */
export interface KeyPress {
  text: string;
  name?:
    | "up"
    | "down"
    | "left"
    | "right"
    | "pageUp"
    | "pageDown"
    | "home"
    | "end"
    | "enter"
    | "escape"
    | "backspace"
    | "tab";
  shift: boolean;
  ctrl: boolean;
}

/** What a key does to the fields of the dialog that decides about a request. */
export type TypingIntent =
  | { do: "type"; text: string }
  | { do: "erase"; all: boolean }
  | { do: "field"; by: number }
  | { do: "enter" };

/** What a key asks for. The controller carries it out. */
export type Intent =
  | { do: "tab"; to: (typeof tabs)[number] }
  | { do: "move"; by: number }
  | { do: "scroll"; pages: number }
  | { do: "choose"; id: string }
  | { do: "help" }
  | { do: "close" }
  | { do: "back" }
  | { do: "field"; by: number }
  | { do: "decide"; request: ApprovalSummary; decision: Decision }
  | { do: "typed"; typing: TypingIntent }
  | { do: "start" }
  | { do: "resume"; runId: string }
  | { do: "quit" }
  | { do: "leave" };

const far = Number.MAX_SAFE_INTEGER;

/** What a key means now. Undefined when it means nothing. Pure. */
export function intentOf(state: TuiState, key: KeyPress): Intent | undefined {
  if (key.ctrl && key.text === "c") return { do: quitKeyMeans(state) };
  if (state.dialog?.kind === "decide") return intentInDecision(state.dialog, key);
  if (key.ctrl) return undefined;
  switch (state.dialog?.kind) {
    case undefined:
      return intentOnScreen(state, key);
    case "closing":
      return undefined;
    case "help":
      return key.name === "escape" || key.name === "enter" || /^[?q]$/.test(key.text)
        ? { do: "close" }
        : undefined;
    case "form":
      return intentInForm(key);
    case "confirm":
    case "resume":
      return intentInQuestion(state, key);
    case "quit":
      if (key.name === "enter" || /^[yq]$/i.test(key.text)) return { do: "leave" };
      return refuses(key) ? { do: "close" } : undefined;
  }
}

/** The first asks, when something would be interrupted; the second leaves. */
function quitKeyMeans(state: TuiState): "quit" | "leave" {
  const { dialog } = state;
  if (dialog?.kind === "quit" || dialog?.kind === "closing") return "leave";
  return runsUnderWay(state).length > 0 ? "quit" : "leave";
}

function intentOnScreen(state: TuiState, { name, text, shift }: KeyPress): Intent | undefined {
  if (name === "up" || text === "k") return { do: "move", by: -1 };
  if (name === "down" || text === "j") return { do: "move", by: 1 };
  if (name === "home") return { do: "move", by: -far };
  if (name === "end") return { do: "move", by: far };
  if (name === "pageUp") return { do: "scroll", pages: -1 };
  if (name === "pageDown" || text === " ") return { do: "scroll", pages: 1 };
  if (name === "tab" || name === "right" || name === "left") {
    const back = name === "left" || (name === "tab" && shift);
    const next = tabs[(tabs.indexOf(state.tab) + (back ? tabs.length - 1 : 1)) % tabs.length];
    return next && { do: "tab", to: next };
  }
  const numbered = tabs[Number(text) - 1];
  if (numbered !== undefined) return { do: "tab", to: numbered };
  const id = selectedId(state);
  if (state.tab === "approvals" && (text === "a" || text === "x")) {
    const request = state.approvals.find((one) => one.id === id);
    return request && { do: "decide", request, decision: text === "a" ? "approved" : "rejected" };
  }
  if (name === "enter" && id !== undefined) return { do: "choose", id };
  if (text === "?") return { do: "help" };
  if (text === "q") return { do: quitKeyMeans(state) };
  return undefined;
}

/** Everything else is typed into the field, which also takes Enter. */
function intentInForm({ name, shift }: KeyPress): Intent | undefined {
  if (name === "escape") return { do: "close" };
  if (name === "up" || (name === "tab" && shift)) return { do: "field", by: -1 };
  if (name === "down" || name === "tab") return { do: "field", by: 1 };
  return undefined;
}

/** Each key goes to one field, in its order, however quickly they come: what follows Enter is never in the open field. */
function intentInDecision({ busy, refused }: DecideDialog, key: KeyPress): Intent | undefined {
  const { name, text, ctrl } = key;
  if (busy) return undefined;
  if (name === "escape" || (refused && name === "enter")) return { do: "close" };
  if (refused) return undefined;
  const moved = intentInForm(key);
  if (moved?.do === "field") return { do: "typed", typing: moved };
  if (name === "enter" || text === "\n") return { do: "typed", typing: { do: "enter" } };
  if (name === "backspace" || text === "\u007f" || text === "\b")
    return { do: "typed", typing: { do: "erase", all: false } };
  if (ctrl) return text === "u" ? { do: "typed", typing: { do: "erase", all: true } } : undefined;
  return name === undefined && text !== "" ? { do: "typed", typing: { do: "type", text } } : undefined;
}

function intentInQuestion(state: TuiState, key: KeyPress): Intent | undefined {
  const { dialog } = state;
  if (refuses(key)) return { do: "back" };
  const agrees = key.name === "enter" || /^y$/i.test(key.text);
  if (dialog?.kind === "resume") return agrees ? { do: "resume", runId: dialog.runId } : undefined;
  if (dialog?.kind !== "confirm") return undefined;
  if (agrees) return { do: "start" };
  const interrupted = interruptedRunOf(state, dialog.workflow);
  return interrupted !== undefined && /^r$/i.test(key.text)
    ? { do: "resume", runId: interrupted.id }
    : undefined;
}

function refuses({ name, text }: KeyPress): boolean {
  return name === "escape" || /^n$/i.test(text);
}
