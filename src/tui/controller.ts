import { createApprovalsDesk } from "./approvals-desk.ts";
import { type Intent, intentOf, type KeyPress } from "./keys.ts";
import { oneLine } from "./lines/line.ts";
import type { RunSummary, TuiPort } from "./port.ts";
import { createRunFollower, type RunFollower } from "./run-follower.ts";
import { type Action, initialState, reduce, runsUnderWay, selectedId, type TuiState } from "./state.ts";
import { failureOf, sentenceOf } from "./told-error.ts";

const pollMs = 250;
/** Every so many polls the runs are read anew while some go on: their states change without an entry, too. */
const pollsPerRefresh = 8;
const runsShown = 100;
const entriesShown = 200;

/** Turns keys, and what the program reports, into states of the screen. */
export interface Controller {
  state(): TuiState;
  /** Told after each new state. Returns how to stop it. */
  subscribe(listener: () => void): () => void;
  /** Takes a key. `page` and `last` tell how far the detail can be scrolled. */
  press(key: KeyPress, view: { page: number; last: number }): void;
  /** What now stands in a field of the form. A line break in it, as a paste may bring, counts as Enter. */
  type(name: string, value: string): void;
  /** Enter in a field of the form. */
  submitField(name: string, value: string): void;
  /** Leaves without a question, as a signal does. Asked again, it says so to `onImpatience`. */
  leave(): void;
  /** Resolves once a person or a signal wants to leave. The program is to be closed then. */
  left: Promise<void>;
  onImpatience(listener: () => void): void;
  /** Stops looking for news. Must come before the program is closed. */
  stop(): void;
  /** How the runs of this screen ended, once all have: after the program was closed. */
  endedRuns(): Promise<RunSummary[]>;
}

/** Makes a controller and starts to look for news. `now` is in milliseconds since 1970. */
export function createController(port: TuiPort, now: () => number = Date.now): Controller {
  const { workspaceName, agents } = port;
  let state = initialState({ workspaceName, agents, now: now() });
  const listeners = new Set<() => void>();
  const left = Promise.withResolvers<void>();
  let impatience = () => {};
  let stopped = false;

  const dispatch = (...actions: Action[]) => {
    const before = state;
    state = actions.reduce(reduce, state);
    if (state.dialog?.kind !== "decide") desk.forget();
    if (state !== before) for (const listener of listeners) listener();
  };
  const desk = createApprovalsDesk({ port: port.approvals, dispatch, state: () => state, now });
  const tell = (error: unknown) => dispatch({ type: "notice", text: sentenceOf(error), bad: true });

  const refreshRuns = async () => {
    if (stopped) return;
    try {
      dispatch({ type: "runs", runs: await port.listRuns(runsShown) });
    } catch (error) {
      tell(error);
    }
  };
  const refreshRunEntries = () => {
    const run = state.tab === "runs" ? selectedId(state) : undefined;
    if (run === undefined || stopped) return;
    dispatch({ type: "run-entries", run, entries: port.entries({ run, limit: entriesShown }) });
  };
  const refreshApprovals = () => {
    try {
      desk.refresh();
    } catch (error) {
      tell(error);
    }
  };
  let polls = 0;
  const poll = () => {
    polls += 1;
    try {
      const entries = port.entries({ after: state.entryCount, limit: entriesShown });
      dispatch({ type: "servers", servers: port.servers() }, { type: "entries", entries });
      if (runsUnderWay(state).length > 0) dispatch({ type: "tick", now: now() });
      const goesOn = state.runs.some(({ finishedAt }) => finishedAt === undefined);
      const refresh = entries.some(({ kind }) => kind === "run") || (goesOn && polls % pollsPerRefresh === 0);
      if (refresh) void refreshRuns();
      if (entries.length > 0) refreshRunEntries();
      // one that nobody answers expires without an entry
      if (entries.length > 0 || (state.approvals.length > 0 && polls % pollsPerRefresh === 0))
        refreshApprovals();
    } catch (error) {
      tell(error);
    }
  };

  const refreshChosen = () => {
    refreshRunEntries();
    if (state.tab === "approvals") refreshApprovals();
  };

  const follower = createRunFollower({ dispatch, now, onEnded: () => void refreshRuns() });
  const begin = (start: Parameters<RunFollower["follow"]>[0]) => {
    dispatch({ type: "close" });
    follower.follow(start).catch(tell);
  };

  const chooseWorkflow = (id: string) => {
    const workflow = state.workflows?.find((candidate) => candidate.id === id);
    if (workflow === undefined) return;
    if (workflow.agent === undefined) {
      return dispatch({ type: "notice", text: `${id} has faults and cannot run.`, bad: true });
    }
    const values = Object.fromEntries(workflow.inputs.map(({ name, defaultText }) => [name, defaultText]));
    const dialog = { workflow: id, values };
    if (workflow.inputs.length > 0)
      dispatch({ type: "open", dialog: { ...dialog, kind: "form", field: 0, revision: 0 } });
    else dispatch({ type: "open", dialog: { ...dialog, kind: "confirm", inputs: {} } });
  };
  const chooseRun = (runId: string) => {
    const run = state.runs.find(({ id }) => id === runId);
    if (run?.state === "interrupted") dispatch({ type: "open", dialog: { kind: "resume", runId } });
    else if (run?.state === "waiting") {
      const text = "It waits for approval (4), and goes on by itself once that is decided.";
      dispatch({ type: "notice", text, bad: false });
    } else dispatch({ type: "notice", text: "Only an interrupted run can be taken up.", bad: false });
  };
  const submitField = (name: string, value: string) => {
    dispatch({ type: "set", name, value: oneLine(value).trim() });
    const { dialog } = state;
    if (dialog?.kind !== "form") return;
    const { workflow, values, field } = dialog;
    if (field < Object.keys(values).length - 1) return dispatch({ type: "field", by: 1 });
    try {
      const inputs = port.readInputs(workflow, values);
      dispatch({ type: "open", dialog: { kind: "confirm", workflow, values, inputs } });
    } catch (error) {
      dispatch({ type: "form-problem", problem: sentenceOf(error) });
    }
  };
  const goBack = () => {
    const { dialog } = state;
    if (dialog?.kind !== "confirm" || Object.keys(dialog.values).length === 0) {
      return dispatch({ type: "close" });
    }
    const { workflow, values } = dialog;
    dispatch({ type: "open", dialog: { kind: "form", workflow, values, field: 0, revision: 0 } });
  };
  const start = () => {
    const { dialog } = state;
    if (dialog?.kind !== "confirm") return;
    const { workflow, inputs } = dialog;
    begin((onStep) => port.startRun({ workflow, inputs }, onStep));
  };
  const leave = () => {
    if (state.dialog?.kind === "closing") return impatience();
    dispatch({ type: "open", dialog: { kind: "closing", runs: runsUnderWay(state).length } });
    left.resolve();
  };

  const carryOut = (intent: Intent, view: { page: number; last: number }) => {
    switch (intent.do) {
      case "tab":
        dispatch({ type: "tab", tab: intent.to });
        return refreshChosen();
      case "move":
        dispatch({ type: "move", by: intent.by });
        return refreshChosen();
      case "scroll":
        return dispatch({ type: "scroll", by: intent.pages * view.page, last: view.last });
      case "choose":
        if (state.tab === "workflows") chooseWorkflow(intent.id);
        else if (state.tab === "runs") chooseRun(intent.id);
        else if (state.tab === "approvals")
          dispatch({ type: "notice", text: "a approves it, x rejects it.", bad: false });
        return;
      case "help":
      case "quit":
        return dispatch({ type: "open", dialog: { kind: intent.do } });
      case "close":
        return dispatch({ type: "close" });
      case "back":
        return goBack();
      case "field":
        return dispatch({ type: "field", by: intent.by });
      case "decide":
        return desk.open(intent.request, intent.decision);
      case "typed":
        return desk.typed(intent.typing);
      case "start":
        return start();
      case "resume":
        return begin((onStep) => port.resumeRun(intent.runId, onStep));
      case "leave":
        return leave();
    }
  };

  port.onNote((text) => dispatch({ type: "notice", text, bad: true }));
  const polling = setInterval(poll, pollMs);
  poll();
  refreshApprovals();
  void refreshRuns();
  port.takeUpParked((start) => void follower.follow(start, { background: true }).catch(tell));
  port.loadCatalogue().then(
    (catalogue) => dispatch({ type: "catalogue", catalogue }),
    (error) => dispatch({ type: "load-failed", failure: failureOf(error) }),
  );

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    press(key, view) {
      const intent = intentOf(state, key);
      if (intent !== undefined) carryOut(intent, view);
    },
    type(name, value) {
      if (/[\r\n]/.test(value)) submitField(name, value);
      else dispatch({ type: "type", name, value });
    },
    submitField,
    leave,
    left: left.promise,
    onImpatience(listener) {
      impatience = listener;
    },
    stop() {
      stopped = true;
      clearInterval(polling);
    },
    endedRuns: () => follower.ended(),
  };
}
