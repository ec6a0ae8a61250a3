import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import type { ApprovalAnswer, ApprovalSummary, ApprovalsPort } from "../../../src/tui/approvals-port.ts";
import { type Controller, createController } from "../../../src/tui/controller.ts";
import { decideDialog } from "../../../src/tui/decide-dialog.ts";
import type { KeyPress } from "../../../src/tui/keys.ts";
import { approvalLines } from "../../../src/tui/lines/approval-lines.ts";
import { ageText } from "../../../src/tui/lines/approval-row.ts";
import { decideLines } from "../../../src/tui/lines/decide-lines.ts";
import type { Line } from "../../../src/tui/lines/line.ts";
import type { TuiPort } from "../../../src/tui/port.ts";
import { type Action, reduce, selectedId } from "../../../src/tui/state.ts";
import { approval, entry, playedApprovals, sampleState } from "./sample.ts";

const secret = "correct horse battery";
const textOf = (lines: readonly Line[]) =>
  lines.map((line) => line.map(({ text }) => text).join("")).join("\n");

describe("deciding on the screen", () => {
  let waiting: ApprovalSummary[];
  let answers: ApprovalAnswer[];
  let states: string[];
  let controller: Controller;

  function open(more: Partial<ApprovalsPort> = {}): void {
    const approvals: ApprovalsPort = {
      ...playedApprovals(),
      list: () => ({ waiting: waiting.length, requests: waiting }),
      async decide(answer) {
        answers.push(answer);
        if (answer.passphrase !== secret) {
          throw new RingmainError("POLICY_DENIED", "Not the right one.", { hint: "Nothing was decided." });
        }
        waiting = waiting.filter(({ id }) => id !== answer.id);
        return { status: answer.decision, missing: [] };
      },
      ...more,
    };
    let seq = 0;
    const port: TuiPort = {
      workspaceName: "Harbour",
      agents: [],
      loadCatalogue: async () => ({ workflows: [], tools: [], faults: [] }),
      readInputs: () => ({}),
      startRun: () => Promise.reject(new Error("not played")),
      resumeRun: () => Promise.reject(new Error("not played")),
      takeUpParked() {},
      listRuns: async () => [],
      entries: () => {
        seq += 1;
        return [entry(seq)];
      },
      approvals,
      servers: () => [],
      onNote() {},
    };
    controller = createController(port, () => 0);
    controller.subscribe(() => states.push(JSON.stringify(controller.state())));
  }

  const named = ["enter", "escape", "up", "down", "tab", "backspace"] as const;
  const press = (...keys: string[]) => {
    for (const key of keys) {
      const name = named.find((one) => one === key);
      const presses: KeyPress[] = (name === undefined ? [...key] : [""]).map((text) => {
        return { text, ...(name !== undefined && { name }), shift: false, ctrl: false };
      });
      for (const one of presses) controller.press(one, { page: 10, last: 0 });
    }
  };
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const dialog = () => controller.state().dialog;

  beforeEach(() => {
    vi.useFakeTimers();
    waiting = [approval("apr_2"), approval("apr_1")];
    [answers, states] = [[], []];
  });
  afterEach(() => {
    controller.stop();
    vi.useRealTimers();
  });

  it("approves with the passphrase typed, of which no state ever knows more than its length", async () => {
    open();
    press("4", "a", "as agreed", "enter", secret);
    expect(dialog()).toMatchObject({ reason: "as agreed", passphraseLength: secret.length });
    press("enter");
    expect(dialog()).toMatchObject({ busy: true, passphraseLength: 0 });
    press("enter", "x", "escape");
    await settle();
    expect(answers).toEqual([{ id: "apr_2", decision: "approved", reason: "as agreed", passphrase: secret }]);
    expect(dialog()).toBeUndefined();
    expect(controller.state()).toMatchObject({ approvalsWaiting: 1, notice: { bad: false } });
    expect(states.join("\n")).not.toMatch(/battery|horse/);
  });

  it("says in the dialog what was wrong, decides nothing, and asks for the passphrase anew", async () => {
    open();
    press("4", "a", "enter", "nonsense", "enter");
    await settle();
    expect(dialog()).toMatchObject({
      problem: "Not the right one. Nothing was decided.",
      field: "passphrase",
      passphraseLength: 0,
      busy: false,
    });
    press(`${secret}x`, "backspace", "enter");
    await settle();
    expect(answers.map(({ passphrase }) => passphrase)).toEqual(["nonsense", secret]);
    expect(dialog()).toBeUndefined();
  });

  it("wants a reason for a no, and a passphrase for anything", async () => {
    open();
    press("4", "x", "enter");
    expect(dialog()).toMatchObject({ field: "reason", problem: expect.stringContaining("needs a reason") });
    press("tab", secret, "enter");
    expect(dialog()).toMatchObject({ field: "reason", passphraseLength: 0 });
    press("paid yesterday", "enter", "enter");
    expect(dialog()).toMatchObject({ field: "passphrase", problem: "Type your passphrase." });
    expect(answers).toEqual([]);
    press(secret, "enter");
    await settle();
    expect(answers).toMatchObject([{ decision: "rejected", reason: "paid yesterday" }]);
  });

  it("tells who cannot decide why, and takes nothing typed", async () => {
    const mayDecide = () => {
      throw new RingmainError("STATE_INVALID", "user:maria has no key.", { hint: "Enroll." });
    };
    open({ mayDecide });
    press("4", "a", secret);
    expect(dialog()).toMatchObject({ refused: true, problem: "user:maria has no key. Enroll.", reason: "" });
    press("enter");
    expect(dialog()).toBeUndefined();
    expect(answers).toEqual([]);
  });

  it("forgets what was typed of a passphrase when the dialog goes", () => {
    open();
    press("4", "a", "enter", secret, "escape", "a", "enter", "enter");
    expect(dialog()).toMatchObject({ problem: "Type your passphrase.", passphraseLength: 0 });
    expect(answers).toEqual([]);
  });

  it("keeps to the request that is looked at while others come and go", async () => {
    open();
    press("4");
    waiting = [approval("apr_3"), ...waiting];
    await vi.advanceTimersByTimeAsync(250);
    expect(selectedId(controller.state())).toBe("apr_2");
    press("x");
    waiting = [approval("apr_3")];
    await vi.advanceTimersByTimeAsync(250);
    expect(dialog()).toMatchObject({ request: { id: "apr_2" } });
    expect(selectedId(controller.state())).toBe("apr_3");
  });
});

describe("what is drawn of a request", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  const rows = fc.array(fc.record({ name: text, text: fc.array(text, { maxLength: 3 }) }), { maxLength: 4 });

  it("fits the pane and moves no cursor, whatever callers send", () => {
    fc.assert(
      fc.property(rows, text, fc.integer({ min: 30, max: 90 }), (given, heading, width) => {
        const sections = [
          { heading, rows: given },
          { heading: "Arguments", rows: [] },
        ];
        const standing = given.map((row) => ({ ...row, name: "started by" }));
        const detail = { id: "apr_1", status: "pending", standing, sections };
        for (const line of approvalLines(detail, width)) {
          const row = textOf([line]);
          expect(row).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
          expect(row.length).toBeLessThanOrEqual(width);
        }
      }),
    );
  });

  it("keeps a text of several lines behind a margin, where it cannot pose as a heading", () => {
    const body = { name: "body", text: ["Dear all,", "Arguments", "  level  1"] };
    const sections = [{ heading: "Arguments", rows: [body] }];
    const drawn = textOf(approvalLines({ id: "apr_1", status: "pending", standing: [], sections }, 60));
    expect(drawn).toContain("    │ Arguments");
    expect(drawn.match(/^Arguments$/gm)).toHaveLength(1);
  });

  it("keeps the fields and the problem on the smallest screen", () => {
    const request = approval("apr_1");
    const problem = "The passphrase is not the right one. Nothing was decided. ".repeat(3);
    const asked = decideDialog({ request, decision: "rejected", person: "user:maria", refusal: undefined });
    const shown = { ...asked, field: "passphrase", passphraseLength: 7, problem } as const;
    const { lines, title } = decideLines(shown, {}, { width: 52, height: 3 });
    expect(title).toBe("Reject accounting.send_reminder?");
    expect(lines).toHaveLength(3);
    expect(textOf(lines)).toMatch(/reason +\(needed\)\n❯ passphrase +•{7}▏\nThe passphrase is not/);
  });

  it.each([
    [0, "now"],
    [59 * 60_000, "59m"],
    [60 * 60_000, "1h"],
    [49 * 3_600_000, "2d"],
  ])("tells an age of %i ms as %s", (ms, told) => {
    expect(ageText(ms)).toBe(told);
  });
});

describe("the list of requests", () => {
  const approvals = (...ids: string[]): Action => {
    return { type: "approvals", waiting: ids.length, requests: ids.map((id) => approval(id)) };
  };
  it("is not drawn anew while it is as it was", () => {
    const state = reduce(sampleState(), approvals("apr_1"));
    expect(reduce(state, approvals("apr_1"))).toBe(state);
  });
  it("begins at the newest when it is opened", () => {
    const actions = [
      approvals("apr_1"),
      approvals("apr_2", "apr_1"),
      { type: "tab", tab: "approvals" } as const,
    ];
    expect(selectedId(actions.reduce(reduce, sampleState()))).toBe("apr_2");
  });
});
