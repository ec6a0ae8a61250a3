import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RingmainError } from "../../../src/core/errors.ts";
import { type Controller, createController } from "../../../src/tui/controller.ts";
import type { RunSummary, StepReport, TuiPort } from "../../../src/tui/port.ts";
import {
  broken,
  chase,
  collector,
  entry,
  playedApprovals,
  reorder,
  report,
  runSummary,
  startedRun,
  tools,
} from "./sample.ts";

/** A program that is only played; `started` holds the runs that were asked for. */
function playedPort() {
  const started: { workflow: string; inputs: object; onStep: (step: StepReport) => void }[] = [];
  const ending = Promise.withResolvers<RunSummary>();
  const port: TuiPort = {
    workspaceName: "Harbour",
    agents: [collector],
    loadCatalogue: async () => ({ workflows: [chase, reorder, broken], tools, faults: [] }),
    readInputs(_workflow, texts) {
      if (texts.min_days === "x") {
        throw new RingmainError("INPUT_INVALID", "Not a number.", { hint: "Give one." });
      }
      return { min_days: Number(texts.min_days) };
    },
    async startRun({ workflow, inputs }, onStep) {
      started.push({ workflow, inputs, onStep });
      return { ...startedRun("run_1", workflow === "chase" ? chase : reorder), ended: ending.promise };
    },
    resumeRun: async () => {
      throw new RingmainError("STATE_INVALID", "Another process has it.");
    },
    takeUpParked() {},
    listRuns: async () => [],
    entries: () => [],
    approvals: playedApprovals(),
    servers: () => [],
    onNote() {},
  };
  return { port, started, ending };
}

describe("the controller", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const press = (controller: Controller, ...keys: string[]) => {
    for (const key of keys) {
      const plain = { text: "", shift: false, ctrl: false };
      const named = key === "enter" || key === "escape" || key === "down";
      controller.press(named ? { ...plain, name: key } : { ...plain, text: key }, { page: 10, last: 0 });
    }
  };
  async function opened(played = playedPort()) {
    const controller = createController(played.port, () => 0);
    await vi.advanceTimersByTimeAsync(0);
    return { ...played, controller };
  }

  it("asks for inputs, says what is wrong with them, confirms, and only then starts", async () => {
    const { controller, started } = await opened();
    press(controller, "enter");
    expect(controller.state().dialog).toMatchObject({ kind: "form", values: { min_days: "7" } });
    controller.submitField("min_days", "x");
    expect(controller.state().dialog).toMatchObject({ kind: "form", problem: "Not a number. Give one." });
    controller.type("min_days", "9\r");
    expect(controller.state().dialog).toMatchObject({ kind: "confirm", inputs: { min_days: 9 } });
    expect(started).toEqual([]);
    press(controller, "enter");
    await vi.advanceTimersByTimeAsync(0);
    expect(started).toMatchObject([{ workflow: "chase", inputs: { min_days: 9 } }]);
    controller.stop();
  });

  it("goes back from the question to the form with what was typed", async () => {
    const { controller } = await opened();
    press(controller, "enter");
    controller.submitField("min_days", "12");
    press(controller, "escape");
    expect(controller.state().dialog).toMatchObject({ kind: "form", values: { min_days: "12" } });
    press(controller, "escape");
    expect(controller.state().dialog).toBeUndefined();
    controller.stop();
  });

  it("does not start a workflow that has faults", async () => {
    const { controller } = await opened();
    press(controller, "down", "down", "enter");
    expect(controller.state().dialog).toBeUndefined();
    expect(controller.state().notice).toMatchObject({ bad: true });
    controller.stop();
  });

  it("draws a thousand reports in one go", async () => {
    const { controller, started } = await opened();
    press(controller, "down", "enter", "enter");
    await vi.advanceTimersByTimeAsync(0);
    let draws = 0;
    controller.subscribe(() => {
      draws += 1;
    });
    for (let n = 0; n < 1000; n += 1) started[0]?.onStep(report(`low[${n}]/x`, "started").step);
    await vi.advanceTimersByTimeAsync(100);
    expect(controller.state().live[0]?.progress["low/x"]?.started).toBe(1000);
    expect(draws).toBe(1);
    controller.stop();
  });

  it("looks for new entries, and stops when told to", async () => {
    const played = playedPort();
    const entries = vi.fn((filter: { after?: number }) => [entry((filter.after ?? 0) + 1)]);
    const { controller } = await opened({ ...played, port: { ...played.port, entries } });
    await vi.advanceTimersByTimeAsync(500);
    expect(controller.state().trail.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    controller.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(entries).toHaveBeenCalledTimes(3);
  });

  it("tells why the workflows cannot be read, and goes on", async () => {
    const played = playedPort();
    const loadCatalogue = () =>
      Promise.reject(new RingmainError("SERVER_UNAVAILABLE", "crm does not start."));
    const { controller } = await opened({ ...played, port: { ...played.port, loadCatalogue } });
    expect(controller.state()).toMatchObject({
      workflows: [],
      loadError: { message: "crm does not start." },
    });
    controller.stop();
  });

  it("tells when a run could not be started, or broke off", async () => {
    const played = playedPort();
    const startRun = () => Promise.reject(new RingmainError("STORE_BUSY", "Locked."));
    const refused = await opened({ ...played, port: { ...played.port, startRun } });
    press(refused.controller, "down", "enter", "enter");
    await vi.advanceTimersByTimeAsync(0);
    expect(refused.controller.state()).toMatchObject({ notice: { text: "Locked.", bad: true }, live: [] });
    refused.controller.stop();

    const { controller, ending } = await opened();
    press(controller, "down", "enter", "enter");
    await vi.advanceTimersByTimeAsync(0);
    ending.reject(new RingmainError("SERVER_UNAVAILABLE", "Gone."));
    await vi.advanceTimersByTimeAsync(0);
    expect(controller.state().live[0]?.ended).toMatchObject({ state: "failed", error: { message: "Gone." } });
    controller.stop();
  });

  it("follows a run that goes on after an approval, and stays where it is", async () => {
    const played = playedPort();
    let follow: Parameters<TuiPort["takeUpParked"]>[0] = () => {};
    const takeUpParked: TuiPort["takeUpParked"] = (given) => {
      follow = given;
    };
    const { controller } = await opened({ ...played, port: { ...played.port, takeUpParked } });
    press(controller, "2", "?");
    follow(async (onStep) => {
      onStep(report("overdue", "started").step);
      return { ...startedRun("run_7"), ended: played.ending.promise };
    });
    await vi.advanceTimersByTimeAsync(100);
    expect(controller.state()).toMatchObject({ tab: "agents", dialog: { kind: "help" } });
    expect(controller.state().live).toMatchObject([
      { runId: "run_7", progress: { overdue: { started: 1 } } },
    ]);
    played.ending.resolve(runSummary("waiting", "run_7"));
    await vi.advanceTimersByTimeAsync(0);
    expect(controller.state().live[0]?.ended).toMatchObject({ state: "waiting" });
    expect(await controller.endedRuns()).toHaveLength(1);
    controller.stop();
  });

  it("looks at its runs every two seconds while some go on, and says what a waiting one waits for", async () => {
    const played = playedPort();
    let runs = [runSummary("waiting")];
    const listRuns = vi.fn(async () => runs);
    const { controller } = await opened({ ...played, port: { ...played.port, listRuns } });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(listRuns).toHaveBeenCalledTimes(3);
    press(controller, "3", "enter");
    expect(controller.state().dialog).toBeUndefined();
    expect(controller.state().notice?.text).toContain("waits for approval");
    runs = [{ ...runSummary("done"), finishedAt: new Date(1) }];
    await vi.advanceTimersByTimeAsync(2_000);
    expect(controller.state().runs).toMatchObject([{ state: "done" }]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(listRuns).toHaveBeenCalledTimes(4);
    controller.stop();
  });

  it("asks before it interrupts a run, leaves once, and is told of impatience", async () => {
    const { controller, ending } = await opened();
    let [left, impatient] = [0, 0];
    void controller.left.then(() => {
      left += 1;
    });
    controller.onImpatience(() => {
      impatient += 1;
    });
    press(controller, "down", "enter", "enter");
    await vi.advanceTimersByTimeAsync(0);
    press(controller, "q");
    await vi.advanceTimersByTimeAsync(0);
    expect([controller.state().dialog?.kind, left]).toEqual(["quit", 0]);
    press(controller, "enter");
    await vi.advanceTimersByTimeAsync(0);
    expect([controller.state().dialog, left]).toEqual([{ kind: "closing", runs: 1 }, 1]);
    controller.leave();
    expect(impatient).toBe(1);
    controller.stop();
    ending.resolve(runSummary("interrupted"));
    expect(await controller.endedRuns()).toMatchObject([{ state: "interrupted" }]);
  });
});
