import { describe, expect, it } from "vitest";
import { intentOf, type KeyPress } from "../../../src/tui/keys.ts";
import { type Action, reduce, runsUnderWay, selectedId, type TuiState } from "../../../src/tui/state.ts";
import { entry, runSummary, sampleState, startedRun } from "./sample.ts";

const applied = (state: TuiState, ...actions: Action[]) => actions.reduce(reduce, state);
const key = (text: string, more: Partial<KeyPress> = {}): KeyPress => ({
  text,
  shift: false,
  ctrl: false,
  ...more,
});
const named = (name: NonNullable<KeyPress["name"]>, more: Partial<KeyPress> = {}) =>
  key("", { name, ...more });
const running = () => applied(sampleState(), { type: "started", run: startedRun(), now: 5 });

describe("choosing", () => {
  it("starts at the first row, moves, and stops at both ends", () => {
    expect(selectedId(sampleState())).toBe("chase");
    expect(selectedId(applied(sampleState(), { type: "move", by: 1 }))).toBe("reorder");
    expect(selectedId(applied(sampleState(), { type: "move", by: 99 }))).toBe("broken");
    expect(selectedId(applied(sampleState(), { type: "move", by: -99 }))).toBe("chase");
  });

  it("remembers each list's row, and stays on a run when newer ones come above it", () => {
    const [older, newer] = [runSummary("done", "run_1"), runSummary("done", "run_2")];
    const onRuns = applied(
      sampleState(),
      { type: "move", by: 1 },
      { type: "tab", tab: "runs" },
      { type: "runs", runs: [older] },
      { type: "move", by: 0 },
      { type: "runs", runs: [newer, older] },
    );
    expect(selectedId(onRuns)).toBe("run_1");
    expect(selectedId(applied(onRuns, { type: "tab", tab: "workflows" }))).toBe("reorder");
  });

  it("scrolls the detail no further than it goes, and to its top when another row is chosen", () => {
    const scrolled = applied(sampleState(), { type: "scroll", by: 10, last: 4 });
    expect(scrolled.detailTop).toBe(4);
    expect(applied(scrolled, { type: "scroll", by: -10, last: 4 }).detailTop).toBe(0);
    expect(applied(scrolled, { type: "move", by: 1 }).detailTop).toBe(0);
  });

  it("has nothing chosen in an empty list", () => {
    const empty = applied(sampleState(), { type: "tab", tab: "runs" }, { type: "move", by: 1 });
    expect(selectedId(empty)).toBeUndefined();
  });
});

describe("runs", () => {
  it("brings a started run to the front and closes the question", () => {
    const state = applied(
      sampleState(),
      { type: "tab", tab: "runs" },
      { type: "open", dialog: { kind: "resume", runId: "run_1" } },
      { type: "started", run: startedRun(), now: 5 },
    );
    expect(state).toMatchObject({ tab: "workflows", dialog: undefined, selected: { workflows: "chase" } });
    expect(runsUnderWay(state)).toHaveLength(1);
  });

  it("counts a run as under way until it ended", () => {
    const run = runSummary("done");
    const ended = applied(running(), { type: "ended", runId: "run_1", run, now: 9 });
    expect(runsUnderWay(ended)).toHaveLength(0);
    expect(ended.live[0]).toMatchObject({ endedAt: 9, ended: { state: "done" } });
  });

  it("shows a run that is taken up again as one run", () => {
    const again = applied(
      running(),
      { type: "ended", runId: "run_1", run: runSummary("interrupted"), now: 9 },
      { type: "started", run: startedRun(), now: 20 },
    );
    expect(again.live).toHaveLength(1);
    expect(again.live[0]).toMatchObject({ startedAt: 20 });
    expect(runsUnderWay(again)).toHaveLength(1);
  });
});

describe("the trail", () => {
  it("takes each entry once and keeps the newest 200", () => {
    const state = applied(
      sampleState(),
      { type: "entries", entries: [entry(1), entry(2)] },
      { type: "entries", entries: [entry(2), entry(3)] },
    );
    expect(state.trail.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const many = Array.from({ length: 500 }, (_, index) => entry(index + 4));
    const full = applied(state, { type: "entries", entries: many });
    expect(full.trail).toHaveLength(200);
    expect(full.entryCount).toBe(503);
    expect(full.trail.at(-1)?.seq).toBe(503);
  });

  it("does not redraw for servers that are as they were", () => {
    const servers = [{ name: "crm", state: "ready" as const }];
    const state = applied(sampleState(), { type: "servers", servers });
    expect(
      applied(state, { type: "servers", servers: [{ ...(servers[0] ?? { name: "", state: "idle" }) }] }),
    ).toBe(state);
  });
});

describe("the form", () => {
  const form = (): TuiState =>
    applied(sampleState(), {
      type: "open",
      dialog: { kind: "form", workflow: "chase", values: { a: "1", b: "" }, field: 0, revision: 0 },
    });

  it("goes from field to field and takes what is typed", () => {
    const typed = applied(form(), { type: "field", by: 1 }, { type: "type", name: "b", value: "x" });
    expect(typed.dialog).toMatchObject({ field: 1, values: { a: "1", b: "x" } });
    expect(applied(typed, { type: "field", by: 5 }).dialog).toMatchObject({ field: 1 });
  });

  it("is unchanged when a field tells its value again", () => {
    const state = form();
    expect(applied(state, { type: "type", name: "a", value: "1" })).toBe(state);
  });

  it("forgets what was wrong once something else is typed", () => {
    const wrong = applied(form(), { type: "form-problem", problem: "no" });
    expect(wrong.dialog).toMatchObject({ problem: "no" });
    expect(applied(wrong, { type: "type", name: "a", value: "2" }).dialog).not.toHaveProperty("problem");
  });
});

describe("what keys mean", () => {
  const confirm = (state = sampleState()) =>
    applied(state, { type: "open", dialog: { kind: "confirm", workflow: "chase", values: {}, inputs: {} } });

  it.each([
    [key("2"), { do: "tab", to: "agents" }],
    [named("tab"), { do: "tab", to: "agents" }],
    [named("tab", { shift: true }), { do: "tab", to: "approvals" }],
    [named("down"), { do: "move", by: 1 }],
    [named("enter"), { do: "choose", id: "chase" }],
    [key("?"), { do: "help" }],
    [key("9"), undefined],
    [key("c", { ctrl: true }), { do: "leave" }],
    [key("q"), { do: "leave" }],
  ])("on the screen: %j", (pressed, intent) => {
    expect(intentOf(sampleState(), pressed)).toEqual(intent);
  });

  it("asks before a run under way is interrupted, and then leaves", () => {
    expect(intentOf(running(), key("q"))).toEqual({ do: "quit" });
    expect(intentOf(running(), key("c", { ctrl: true }))).toEqual({ do: "quit" });
    const asked = applied(running(), { type: "open", dialog: { kind: "quit" } });
    expect(intentOf(asked, key("c", { ctrl: true }))).toEqual({ do: "leave" });
    expect(intentOf(asked, named("enter"))).toEqual({ do: "leave" });
    expect(intentOf(asked, named("escape"))).toEqual({ do: "close" });
  });

  it("takes up the interrupted run only where there is one", () => {
    expect(intentOf(confirm(), key("r"))).toBeUndefined();
    const interrupted = applied(sampleState(), { type: "runs", runs: [runSummary("interrupted", "run_7")] });
    expect(intentOf(confirm(interrupted), key("r"))).toEqual({ do: "resume", runId: "run_7" });
    expect(intentOf(confirm(interrupted), named("enter"))).toEqual({ do: "start" });
  });

  it("leaves letters to the field of a form", () => {
    const dialog = { kind: "form", workflow: "chase", values: { a: "" }, field: 0, revision: 0 } as const;
    const form = applied(sampleState(), { type: "open", dialog });
    for (const text of ["q", "1", "?", "y"]) expect(intentOf(form, key(text))).toBeUndefined();
    expect(intentOf(form, named("escape"))).toEqual({ do: "close" });
    expect(intentOf(form, key("c", { ctrl: true }))).toEqual({ do: "leave" });
  });

  it("takes no key but Ctrl-C while it closes", () => {
    const closing = applied(running(), { type: "open", dialog: { kind: "closing", runs: 1 } });
    expect(intentOf(closing, named("escape"))).toBeUndefined();
    expect(intentOf(closing, key("c", { ctrl: true }))).toEqual({ do: "leave" });
  });
});
