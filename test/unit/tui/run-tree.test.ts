import { describe, expect, it } from "vitest";
import { detailLines } from "../../../src/tui/detail.ts";
import { entryLine } from "../../../src/tui/lines/entry-line.ts";
import { type Line, oneLine, wrap } from "../../../src/tui/lines/line.ts";
import { questionOf } from "../../../src/tui/lines/question-lines.ts";
import { visibleFrom } from "../../../src/tui/lines/window.ts";
import type { TimedReport } from "../../../src/tui/live-run.ts";
import { type Action, reduce } from "../../../src/tui/state.ts";
import { entry, report, runSummary, sampleState, startedRun } from "./sample.ts";

const textOf = (line: Line) => line.map(({ text }) => text).join("");

/** The detail of the workflow after its run told some reports. */
function tree(reports: TimedReport[], ...more: Action[]): string {
  const started: Action = { type: "started", run: startedRun(), now: 0 };
  const steps: Action = { type: "steps", runId: "run_1", reports };
  const state = [started, steps, ...more].reduce(reduce, sampleState());
  return detailLines(state, 50).map(textOf).join("\n");
}

const denied = {
  code: "POLICY_DENIED",
  message: "Over the limit.",
  policies: ["large-reminder"],
};
const twoItems = [
  report("overdue", "started"),
  report("overdue", "done", { result: { items: [1, 2] } }),
  report("remind", "started"),
  report("remind[inv_1]/send", "started"),
  report("remind[inv_2]/send", "started"),
];

describe("the step tree", () => {
  it("tells what runs, what it found and what is still to come", () => {
    const shown = tree(twoItems);
    expect(shown).toContain("▸ running");
    expect(shown).toMatch(/✓ overdue {2,}.*2 found/);
    expect(shown).toMatch(/▸ remind {2,}2 items/);
    expect(shown).toMatch(/ {2}▸ send/);
    expect(tree([])).toMatch(/· overdue/);
  });

  it("sums a loop up, with each refusal by its item and its policy", () => {
    const shown = tree([
      ...twoItems,
      report("remind[inv_1]/send", "done"),
      report("remind[inv_2]/send", "failed", { error: denied }),
      report("remind", "done", { counts: { items: 2, failed: 1, alreadyDone: 0 } }),
    ]);
    expect(shown).toMatch(/✓ remind {2,}2 items, 1 not done/);
    expect(shown).toMatch(/! send {2,}.*1 done, 1 refused/);
    expect(shown).toMatch(/✗ inv_2 {2}POLICY_DENIED by large-reminder\n +Over the limit\./);
  });

  it("tells a failure once, though the loop around it fails by it too", () => {
    const failed = { ...denied, code: "STEP_FAILED" };
    const shown = tree([
      ...twoItems,
      report("remind[inv_1]/send", "failed", { error: failed }),
      report("remind", "failed", { error: failed }),
    ]);
    expect(shown.match(/STEP_FAILED/g)).toHaveLength(1);
    expect(shown).not.toContain("by large-reminder");
    expect(shown).toContain("✗ remind");
  });

  it("shows work that was done before, and conditions that did not hold", () => {
    const shown = tree([
      report("overdue", "skipped"),
      report("remind", "started"),
      report("remind[inv_1]", "already_done", { kind: "item" }),
      report("remind[inv_2]/send", "started"),
      report("remind[inv_2]/send", "already_done"),
    ]);
    expect(shown).toMatch(/– overdue .*skipped/);
    expect(shown).toMatch(/remind {2,}2 items, 1 already done/);
    expect(shown).toMatch(/↻ send {2,}.*1 already done/);
  });

  it("keeps every row within the pane and its times in one column", () => {
    const shown = tree([
      ...twoItems,
      report("remind[inv_1]/send", "done"),
      report("remind[inv_2]/send", "done"),
    ]);
    const timed = shown.split("\n").filter((row) => /^ *[✓▸!] \w+ {2,}.*ms$/.test(row));
    expect(timed).toHaveLength(3);
    expect(new Set(timed.map((row) => row.length))).toEqual(new Set([50]));
  });

  it("ends with the outputs, or with what went wrong and that it can go on", () => {
    const done = { ...runSummary("done"), outputs: { invoice: "INV-7" } };
    expect(tree(twoItems, { type: "ended", runId: "run_1", run: done, now: 2500 })).toMatch(
      /✓ done in 2\.5 s[\s\S]*invoice {3}INV-7/,
    );
    const stopped = tree(twoItems, { type: "ended", runId: "run_1", run: runSummary("interrupted"), now: 9 });
    expect(stopped).toMatch(/‖ interrupted after 9 ms/);
    expect(stopped).toMatch(/‖ send/);
  });

  it("tells which calls wait for approval, and what a person types", () => {
    const waitsFor = [{ step: "remind[inv_2]/send", approval: "apr_7" }];
    const run = { ...runSummary("waiting"), waitsFor };
    const waiting: Action = { type: "ended", runId: "run_1", run, now: 2_000 };
    const shown = tree(
      [
        ...twoItems,
        report("remind[inv_1]/send", "done"),
        report("remind[inv_2]/send", "waiting"),
        report("remind", "waiting"),
      ],
      waiting,
    );
    expect(shown).toContain("? waiting after 2.0 s");
    expect(shown).toMatch(/\? remind {2,}2 items, 1 waiting for approval/);
    expect(shown).toMatch(/\? send {2,}.*1 done, 1 waiting/);
    expect(shown).toMatch(/waits for +apr_7 +remind\[inv_2\]\/send/);
    expect(shown).toContain("ringmain approvals show apr_7");
    expect(shown).not.toMatch(/refused|failed/);
  });

  it("shows the first refusals of very many", () => {
    const many = Array.from({ length: 5000 }, (_, n) => [
      report(`remind[inv_${n}]/send`, "started"),
      report(`remind[inv_${n}]/send`, "failed", { error: denied }),
    ]).flat();
    const shown = tree(many);
    expect(shown).toContain("5,000 refused");
    expect(shown.split("\n").length).toBeLessThan(80);
  });
});

describe("questions", () => {
  it("shows the agent and its tools before a start, the writing ones first", () => {
    const dialog = { kind: "confirm", workflow: "chase", values: {}, inputs: { min_days: 7 } } as const;
    const { title, lines } = questionOf(dialog, sampleState(), 70);
    expect(title).toBe("Start Chase overdue invoices?");
    const shown = lines.map(textOf);
    expect(shown[0]).toContain("agent:collector");
    expect(shown[1]).toContain("min_days = 7");
    expect(shown[3]).toMatch(/^send {4}accounting\.send_reminder/);
    expect(shown[4]).toMatch(/^read {4}accounting\.\* .*1 tool/);
  });
});

describe("rows", () => {
  it("cannot be broken out of by what a record holds", () => {
    expect(oneLine("a\r\nb\u001b[2Jc\u202ed")).toBe("a b [2Jc d");
    const row = entryLine(entry(1, { error: "X", reason: "line\nline", outcome: "failed" }), {
      width: 80,
      who: true,
    });
    expect(textOf(row)).not.toContain("\n");
  });

  it("wraps between words, and inside a word that is too long", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
    expect(wrap("abcdefghijklmnop", 8)).toEqual(["abcdefgh", "ijklmnop"]);
    expect(wrap("", 8)).toEqual([]);
  });

  it("tells a refusal by its policy within 80 columns", () => {
    const refused = entry(118, {
      outcome: "denied",
      error: "APPROVAL_REQUIRED",
      policies: ["large-reminder"],
    });
    expect(textOf(entryLine(refused, { width: 80, who: true })).slice(0, 80)).toContain(
      "✗ APPROVAL_REQUIRED",
    );
  });

  it("keeps the chosen row of a long list in sight", () => {
    for (let chosen = 0; chosen < 100; chosen += 1) {
      const from = visibleFrom({ count: 100, height: 10, chosen });
      expect(chosen).toBeGreaterThanOrEqual(from);
      expect(chosen).toBeLessThan(from + 10);
      expect(from).toBeLessThanOrEqual(90);
    }
    expect(visibleFrom({ count: 5, height: 10, chosen: 4 })).toBe(0);
  });
});
