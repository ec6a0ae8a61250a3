import { type Amount, amountAt, amountName, amountPath, amountText } from "../core/amount.ts";
import { type AmountLimit, limitedTools } from "../core/amount-limit.ts";
import { RingmainError } from "../core/errors.ts";
import { minorDigits } from "../core/minor-digits.ts";
import type { Asked, Bound, Spent } from "./limit.ts";
import { type Count, spentKey } from "./tally.ts";

/** The limits on one sum of one tool, in each of the currencies that there is a limit in. */
export interface SumLimits {
  tool: string;
  /** `arguments.amount` */
  path: string;
  limits: readonly { tools: readonly string[]; most: Amount }[];
}

/** By tool, so that a call finds at once what binds it. */
export function limitsByTool(limits: readonly AmountLimit[]): ReadonlyMap<string, readonly SumLimits[]> {
  const byTool = new Map<string, SumLimits[]>();
  for (const tool of new Set(limits.flatMap(limitedTools))) {
    const own = limits.filter((limit) => limitedTools(limit).includes(tool));
    const paths = new Set(own.map(({ sum }) => amountPath(sum)));
    byTool.set(
      tool,
      [...paths].map((path) => ({
        tool,
        path,
        limits: own
          .filter(({ sum }) => amountPath(sum) === path)
          .map((limit) => ({ tools: [...new Set(limitedTools(limit))], most: limit.most })),
      })),
    );
  }
  return byTool;
}

/**
 * Returns what a call spends. Throws LIMIT_EXCEEDED when that is more than is left, in a currency without a limit, or
 * unknown. An amount below zero counts by its size: nothing gives back what was spent.
 */
export function spend(sum: SumLimits, asked: Asked, made: Count, bound: Bound): Spent {
  const { path, limits } = sum;
  const found = amountAt(path, asked);
  if (found === undefined) throw unknownAmount(sum, bound);
  const amount = { ...found, minor: Math.abs(found.minor) };
  const binding = limits.filter(({ most }) => most.currency === amount.currency);
  if (binding.length === 0) throw otherCurrency(sum, amount, bound);
  for (const { tools, most } of binding) {
    const used = tools
      .map((each) => made.spent.get(spentKey(each, path, amount.currency)) ?? 0)
      .reduce((one, other) => one + other, 0);
    if (used + amount.minor > most.minor) throw overspent({ tools, path, most, used, amount, bound });
  }
  return [path, amount.minor, amount.currency];
}

function overspent(options: {
  tools: readonly string[];
  path: string;
  most: Amount;
  used: number;
  amount: Amount;
  bound: Bound;
}): RingmainError {
  const { tools, path, most, used, amount, bound } = options;
  const { currency } = most;
  const left = Math.max(0, most.minor - used);
  const message =
    `${bound.who} has ${amountText(most)}${bound.period} for ${amountName(path)} of ${tools.join(" and ")}: ` +
    `${amountText({ minor: used, currency })} is spent, and this call asks for ${amountText(amount)}.`;
  const remedy =
    amount.minor > most.minor
      ? "That is more than the whole of it, so it is never allowed."
      : `${left === 0 ? "Nothing" : amountText({ minor: left, currency })} is left. ${bound.again()}`;
  return new RingmainError("LIMIT_EXCEEDED", message, {
    hint: `${remedy} Raise ${bound.name} ${bound.where} if more is meant.`,
  });
}

function otherCurrency({ tool, path, limits }: SumLimits, amount: Amount, bound: Bound): RingmainError {
  const known = [...new Set(limits.map(({ most }) => most.currency ?? "whole numbers"))].join(", ");
  // a text that is no code may be anything, so it is not repeated
  const named = amount.currency === null || minorDigits(amount.currency) !== undefined;
  const text = named ? amountText(amount) : "an amount in what is no currency of ISO 4217";
  return new RingmainError(
    "LIMIT_EXCEEDED",
    `${bound.who} may use ${tool} in ${known} only: ${amountName(path)} is limited, and this call asks for ${text}.`,
    { hint: `Add a limit for it to ${bound.name} ${bound.where} if this is meant.` },
  );
}

function unknownAmount({ tool, path }: SumLimits, bound: Bound): RingmainError {
  const message = `${bound.who} is limited in ${amountName(path)} of ${tool}, and this call has no amount there.`;
  return new RingmainError("LIMIT_EXCEEDED", message, {
    hint: `Give it; or mend sum in ${bound.name} ${bound.where}, of which ringmain check says what it may be.`,
  });
}
