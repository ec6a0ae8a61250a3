import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Notes, openNotes } from "../../fixtures/kit/open-notes.ts";
import { runProgram } from "../../fixtures/kit/run-program.ts";
import { type TemporaryWorkspace, temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

let workspace: TemporaryWorkspace;
let notes: Notes;

const tools = ["notes.*", "notes.add_note", "notes.pay_note"];
const limited = (...amounts_per_day: object[]) => ({ tools, limits: { amounts_per_day } });
const ofAmount = { tool: "notes.pay_note", sum: "amount" };
const eur = (minor: number) => ({ minor, currency: "EUR" });

beforeEach(async () => {
  workspace = await temporaryWorkspace({
    agents: {
      payer: limited({ ...ofAmount, most: "10.00 EUR" }),
      travels: limited(
        { ...ofAmount, most: "10.00 EUR" },
        { ...ofAmount, most: { minor: 500, currency: "USD" } },
      ),
      twice: limited(
        { ...ofAmount, most: "10.00 EUR" },
        { tools: ["notes.pay_note"], sum: "facts.price", most: "8 EUR" },
      ),
      counts: limited({ tool: "notes.pay_note", sum: "units", most: 10 }),
      tips: limited({ tool: "notes.pay_note", sum: "tip", most: "10.00 EUR" }),
      free: { tools },
    },
    clients: { desk: limited({ ...ofAmount, most: "10.00 EUR" }) },
    roles: {
      clerk: limited({ ...ofAmount, most: "10.00 EUR" }),
      trainee: limited({ ...ofAmount, most: "4.00 EUR" }),
    },
  });
  notes = await openNotes(workspace);
});

afterEach(() => {
  notes[Symbol.dispose]();
  workspace[Symbol.dispose]();
});

const codes = (answers: { error?: { code: string } | undefined }[]) =>
  answers.map((answer) => answer.error?.code ?? "done");

async function payer(principal: string, more = {}) {
  const token = await workspace.token(principal, more);
  return (minor: number, other: Record<string, unknown> = {}, extras = {}) =>
    notes.call("pay_note", { amount: eur(minor), ...other }, { token, ...extras });
}

describe("an amount limit", () => {
  it("lets exactly as much pass as it says, and records what was spent", async () => {
    const pay = await payer("agent:payer");
    expect(codes(await Promise.all([pay(600), pay(401), pay(400), pay(1)]))).toEqual([
      "done",
      "LIMIT_EXCEEDED",
      "done",
      "LIMIT_EXCEEDED",
    ]);
    expect(notes.notes()).toEqual(["600 EUR", "400 EUR"]);
    expect(notes.entries().map(({ outcome, spent }) => [outcome, spent])).toEqual([
      ["done", [["arguments.amount", 600, "EUR"]]],
      ["denied", undefined],
      ["done", [["arguments.amount", 400, "EUR"]]],
      ["denied", undefined],
    ]);
    expect(notes.verify().faults).toEqual([]);
  });

  it("lets the last of the budget pass once, though processes ask for it all at once", async () => {
    const pay = await payer("agent:payer");
    await pay(950);
    const token = await workspace.token("agent:payer");
    const printed = await Promise.all(
      [1, 2, 3].map(() => runProgram("pay-notes", workspace.dir, token, "50", "8")),
    );
    const outcomes: string[] = printed.flatMap((text) => JSON.parse(text));
    expect(outcomes.toSorted()).toEqual([...Array(23).fill("LIMIT_EXCEEDED"), "done"]);
    expect(notes.notes()).toEqual(["950 EUR", "50 EUR"]);
    expect(codes([await pay(1)])).toEqual(["LIMIT_EXCEEDED"]);
    expect(notes.verify()).toMatchObject({ entries: 26, faults: [] });
  });

  it("says who, what is allowed, spent and asked for, what is left, from when again and where to raise it", async () => {
    const pay = await payer("agent:payer");
    await pay(950);
    expect((await pay(51)).error).toMatchObject({
      code: "LIMIT_EXCEEDED",
      message:
        "agent:payer has 10.00 EUR a day for amount of notes.pay_note: 9.50 EUR is spent, and this call asks for 0.51 EUR.",
      hint:
        "0.50 EUR is left. It starts anew at 2026-11-03T00:00:00Z, midnight in UTC. " +
        "Raise amounts_per_day under limits: in agents/payer.md if more is meant.",
    });
    expect((await pay(1001)).error?.hint).toMatch(
      /^That is more than the whole of it, so it is never allowed\./,
    );
  });

  it("starts anew with the day in UTC", async () => {
    notes.setNow("2026-11-02T23:59:59.999Z");
    const pay = await payer("agent:payer", { lifetimeSeconds: 86_400 });
    expect(codes([await pay(1000), await pay(1)])).toEqual(["done", "LIMIT_EXCEEDED"]);
    notes.setNow("2026-11-03T00:00:00.000Z");
    expect(codes([await pay(1000)])).toEqual(["done"]);
  });

  it("does not count what failed, was refused or replayed, and is not evaded by the same key", async () => {
    const pay = await payer("agent:payer");
    const answers = [
      await pay(1000, { fails: true }),
      await pay(1001),
      await pay(900, {}, { key: "k" }),
      await pay(900, {}, { key: "k" }),
      await pay(100),
      await pay(900, {}, { key: "k" }),
      await pay(1, {}, { key: "l" }),
    ];
    expect(codes(answers)).toEqual([
      "STATE_INVALID",
      "LIMIT_EXCEEDED",
      "done",
      "done",
      "done",
      "done",
      "LIMIT_EXCEEDED",
    ]);
    expect(notes.notes()).toEqual(["900 EUR", "100 EUR"]);
  });

  it("counts an amount below zero by its size: nothing gives back what was spent", async () => {
    const pay = await payer("agent:payer");
    expect(codes([await pay(600), await pay(-400), await pay(1)])).toEqual([
      "done",
      "done",
      "LIMIT_EXCEEDED",
    ]);
  });

  it("refuses another currency, unless there is a limit in it too", async () => {
    const pay = await payer("agent:payer");
    const usd = { amount: { minor: 400, currency: "USD" } };
    expect((await pay(0, usd)).error).toMatchObject({
      code: "LIMIT_EXCEEDED",
      message:
        "agent:payer may use notes.pay_note in EUR only: amount is limited, and this call asks for 4.00 USD.",
    });
    const travels = await payer("agent:travels");
    expect(
      codes([await travels(1000), await travels(0, usd), await travels(0, usd), await travels(1)]),
    ).toEqual(["done", "done", "LIMIT_EXCEEDED", "LIMIT_EXCEEDED"]);
  });

  it("on a fact and one on an argument bind side by side", async () => {
    const pay = await payer("agent:twice");
    expect(codes([await pay(600), await pay(300), await pay(200)])).toEqual([
      "done",
      "LIMIT_EXCEEDED",
      "done",
    ]);
    expect(notes.lastEntry()?.spent).toEqual([
      ["arguments.amount", 200, "EUR"],
      ["facts.price", 200, "EUR"],
    ]);
  });

  it("counts whole numbers, an argument left to its default too", async () => {
    const pay = await payer("agent:counts");
    expect(codes([await pay(1, { units: 9 }), await pay(1), await pay(1)])).toEqual([
      "done",
      "done",
      "LIMIT_EXCEEDED",
    ]);
    expect(notes.entries().map(({ spent }) => spent)).toContainEqual([["arguments.units", 9, null]]);
  });

  it("refuses a call without the amount", async () => {
    const pay = await payer("agent:tips");
    expect((await pay(1)).error?.message).toBe(
      "agent:tips is limited in tip of notes.pay_note, and this call has no amount there.",
    );
    expect(codes([await pay(1, { tip: eur(5) })])).toEqual(["done"]);
  });

  it("binds clients, and each person of a role alone, by every one of several roles", async () => {
    const credential = await workspace.credential("client:desk");
    const byClient = () => notes.call("pay_note", { amount: eur(600) }, { credential });
    expect(codes([await byClient(), await byClient()])).toEqual(["done", "LIMIT_EXCEEDED"]);
    const clerk = await payer("user:maria", { roles: ["clerk"] });
    const other = await payer("user:jo", { roles: ["clerk"] });
    const both = await payer("user:li", { roles: ["clerk", "trainee"] });
    expect(
      codes([await clerk(900), await other(900), await both(401), await both(400), await clerk(101)]),
    ).toEqual(["done", "done", "LIMIT_EXCEEDED", "done", "LIMIT_EXCEEDED"]);
  });

  it("of a run binds the run, whatever else its agent spends", async () => {
    const amounts = [{ ...ofAmount, most: eur(500) }];
    const run = { id: "run_1", workflow: "tidy", workflowHash: "h", amounts };
    const pay = await payer("agent:free", { run });
    const other = await payer("agent:free", { run: { ...run, id: "run_2" } });
    const answers = await Promise.all([pay(500), pay(1), other(500)]);
    expect(codes(answers)).toEqual(["done", "LIMIT_EXCEEDED", "done"]);
    expect(answers[1]?.error?.message).toBe(
      "A run of tidy has 5.00 EUR for amount of notes.pay_note: 5.00 EUR is spent, and this call asks for 0.01 EUR.",
    );
  });

  it("leaves no mark on the entries of those whom it does not bind", async () => {
    const pay = await payer("agent:free");
    await pay(100);
    expect(notes.lastEntry()).not.toHaveProperty("spent");
    await notes.call("add_note", { text: "a" }, { token: await workspace.token("agent:payer") });
    expect(notes.lastEntry()).not.toHaveProperty("spent");
  });
});
