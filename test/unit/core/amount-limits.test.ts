import { describe, expect, it } from "vitest";
import { amountAt, amountText } from "../../../src/core/amount.ts";
import { amountLimit } from "../../../src/core/amount-limit.ts";
import { amountSums } from "../../../src/core/amount-sums.ts";
import { checkAmountLimits } from "../../../src/core/check-amount-limits.ts";
import { limitWords } from "../../../src/core/limit-words.ts";
import type { ToolDescription } from "../../../src/core/tool-description.ts";

const parse = (limit: object) => {
  const { data, error } = amountLimit.safeParse(limit);
  return data?.most ?? error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
};
const most = (written: unknown) => parse({ tool: "a.b", sum: "amount", most: written });

describe("the most of an amount", () => {
  it.each([
    ["2000.00 EUR", { minor: 200_000, currency: "EUR" }],
    ["2000 EUR", { minor: 200_000, currency: "EUR" }],
    ["0.5 EUR", { minor: 50, currency: "EUR" }],
    ["70000 JPY", { minor: 70_000, currency: "JPY" }],
    ["1.234 KWD", { minor: 1234, currency: "KWD" }],
    [
      { minor: 200_000, currency: "EUR" },
      { minor: 200_000, currency: "EUR" },
    ],
    [40, { minor: 40, currency: null }],
    [0, { minor: 0, currency: null }],
  ])("may be written as %j", (written, amount) => {
    expect(most(written)).toEqual(amount);
    expect(most(amount)).toEqual(amount);
  });

  const forms =
    "most: must be an amount such as 2000.00 EUR, or a whole number where the sum has no currency";
  it.each([
    ["10.005 EUR", "most: has more decimals than EUR has: 2"],
    ["10.5 JPY", "most: has more decimals than JPY has: 0"],
    ["10 EURO", 'most: "EURO" is no currency of ISO 4217 (did you mean EUR?)'],
    ["10 eur", 'most: "eur" is no currency of ISO 4217 (did you mean EUR?)'],
    [{ minor: 5, currency: "EUX" }, 'most.currency: "EUX" is no currency of ISO 4217 (did you mean EUR?)'],
    ["99999999999999999 EUR", "most: is too large to be counted"],
    ["1,000.00 EUR", forms],
    ["-1 EUR", forms],
    [{ minor: -1, currency: "EUR" }, forms],
    [{ minor: 1.5, currency: "EUR" }, forms],
    [-1, forms],
    [1.5, forms],
    [[], forms],
    [null, forms],
    [undefined, "most: is missing"],
  ])("cannot be %j", (written, fault) => {
    expect(most(written)).toBe(fault);
  });
});

describe("an amount limit", () => {
  it.each([
    [{ sum: "amount", most: 1 }, ": must name either a tool or tools"],
    [{ tool: "a.b", tools: ["a.b"], sum: "amount", most: 1 }, ": must name either a tool or tools"],
    [{ tools: [], sum: "amount", most: 1 }, /tools/],
    [
      { tool: "a.*", sum: "amount", most: 1 },
      "tool: must be one tool, for instance accounting.refund_payment",
    ],
    [{ tool: "a.b", sum: "lines[].amount", most: 1 }, /^sum: must name an amount of the tool/],
  ])("cannot be %j", (written, fault) => {
    expect(parse(written)).toEqual(typeof fault === "string" ? fault : expect.stringMatching(fault));
  });
});

const money = {
  type: "object",
  properties: { minor: { type: "integer" }, currency: { type: "string" } },
  required: ["minor", "currency"],
};
const tool = (name: string, more: Partial<ToolDescription> = {}): ToolDescription => ({
  server: "bank",
  name,
  title: name,
  description: name,
  effect: "create",
  inputSchema: {
    type: "object",
    $defs: { money },
    properties: {
      amount: { $ref: "#/$defs/money" },
      tip: money,
      note: { type: "string" },
      share: { type: "number" },
      units: { type: "integer", default: 1 },
      lines: { type: "array", items: money },
      order: { type: "object", properties: { total: money, loop: { $ref: "#" } }, required: ["total"] },
    },
    required: ["amount", "order"],
  },
  outputSchema: {},
  factsSchema: {
    type: "object",
    properties: { balance: money, left: { anyOf: [money, { type: "null" }] } },
    required: ["balance", "left"],
  },
  ...more,
});

describe("the amounts of a tool", () => {
  it("are money and whole numbers, outside of lists, with whether they are always there", () => {
    const always = (path: string, kind = "money") => ({ path, kind, always: true });
    expect(amountSums(tool("pay")).filter(({ path }) => !path.includes("loop"))).toEqual([
      always("arguments.amount"),
      { path: "arguments.tip", kind: "money", always: false },
      always("arguments.units", "whole number"),
      always("arguments.order.total"),
      always("facts.balance"),
      { path: "facts.left", kind: "money", always: false },
    ]);
    expect(amountSums({ inputSchema: true })).toEqual([]);
  });
});

const tools = new Map(
  [
    tool("pay"),
    tool("list", { effect: "read" }),
    tool("note", { inputSchema: {}, factsSchema: undefined }),
  ].map((one) => [`bank.${one.name}`, one]),
);

function faultsOf(...written: object[]) {
  const faults: [string, string, string][] = [];
  checkAmountLimits(
    written.map((one) => amountLimit.parse(one)),
    tools,
    (path, { code, hint }) => faults.push([path.join("."), code, hint]),
  );
  return faults;
}

describe("checking amount limits", () => {
  it("finds nothing wrong with what the tools have", () => {
    const pay = { tool: "bank.pay" };
    expect(
      faultsOf(
        { ...pay, sum: "amount", most: "10 EUR" },
        { ...pay, sum: "arguments.order.total", most: "10 EUR" },
        { tools: ["bank.pay"], sum: "facts.balance", most: "10 EUR" },
        { ...pay, sum: "units", most: 3 },
      ),
    ).toEqual([]);
  });

  it.each([
    [{ tool: "bank.pey", sum: "amount", most: 1 }, "0.tool", "unknown-tool", 'Did you mean "bank.pay"?'],
    [
      { tools: ["bank.pay", "bank.gone_for_good"], sum: "amount", most: "1 EUR" },
      "0.tools.1",
      "unknown-tool",
      "`ringmain servers` lists the tools.",
    ],
    [
      { tool: "bank.list", sum: "amount", most: 1 },
      "0.tool",
      "limit-of-a-read",
      "calls_per_day and calls_per_minute bound reads.",
    ],
    [{ tool: "bank.pay", sum: "amuont", most: "1 EUR" }, "0.sum", "unknown-amount", 'Did you mean "amount"?'],
    [
      { tool: "bank.pay", sum: "balance", most: "1 EUR" },
      "0.sum",
      "unknown-amount",
      'Did you mean "facts.balance"?',
    ],
    [
      { tool: "bank.pay", sum: "facts.amount", most: "1 EUR" },
      "0.sum",
      "unknown-amount",
      'Did you mean "amount"?',
    ],
    [
      { tool: "bank.pay", sum: "share", most: 1 },
      "0.sum",
      "unknown-amount",
      /^Its amounts: amount, tip, units,/,
    ],
    [{ tool: "bank.pay", sum: "amount.minor", most: 1 }, "0.sum", "unknown-amount", /amount/],
    [{ tool: "bank.note", sum: "amount", most: 1 }, "0.sum", "unknown-amount", "This tool has none."],
    [
      { tool: "bank.pay", sum: "tip", most: "1 EUR" },
      "0.sum",
      "optional-amount",
      "Always there: amount, order.total, facts.balance.",
    ],
    [
      { tool: "bank.pay", sum: "amount", most: 10 },
      "0.most",
      "limit-without-currency",
      "For instance 2000.00 EUR.",
    ],
    [
      { tool: "bank.pay", sum: "units", most: "10 EUR" },
      "0.most",
      "limit-with-currency",
      "For instance 100.",
    ],
  ])("finds the fault of %j", (written, path, code, hint) => {
    const told = typeof hint === "string" ? hint : expect.stringMatching(hint);
    expect(faultsOf(written)).toEqual([[path, code, told]]);
  });
});

describe("an amount", () => {
  const source = {
    arguments: { amount: { minor: 5, currency: "EUR" }, units: 3, list: [1], big: 2 ** 53 },
    facts: { order: { total: { minor: 7, currency: "USD" } } },
  };
  it.each([
    ["arguments.amount", { minor: 5, currency: "EUR" }],
    ["arguments.units", { minor: 3, currency: null }],
    ["facts.order.total", { minor: 7, currency: "USD" }],
    ["facts.order", undefined],
    ["arguments.list", undefined],
    ["arguments.big", undefined],
    ["arguments.constructor.length", undefined],
    ["facts.gone.total", undefined],
  ])("stands at %s", (path, amount) => {
    expect(amountAt(path, source)).toEqual(amount);
  });

  it("is told with its decimals", () => {
    expect([
      amountText({ minor: 5, currency: "EUR" }),
      amountText({ minor: 5, currency: "JPY" }),
      amountText({ minor: 5, currency: null }),
    ]).toEqual(["0.05 EUR", "5 JPY", "5"]);
  });
});

it("limits are told in words", () => {
  const amount = amountLimit.parse({ tools: ["a.b", "a.c"], sum: "facts.balance", most: "2000.00 EUR" });
  expect(
    limitWords({ writes_per_day: 3, calls_per_minute: 2, usd: 0.02, amounts_per_day: [amount] }),
  ).toEqual([
    "2 calls a minute",
    "3 writes a day",
    "2000.00 EUR a day for facts.balance of a.b and a.c",
    "0.02 USD for the model",
  ]);
  expect(limitWords({})).toEqual([]);
});
