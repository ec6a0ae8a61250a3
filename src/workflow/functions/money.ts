import { minorDigits } from "../../core/minor-digits.ts";
import { integerType, listOf, moneyType, stringType, unionOf } from "../types.ts";
import { type CelFunction, type FunctionCall, literalText } from "./cel-function.ts";
import { parseDecimal, parseRounding, rescale, roundings } from "./decimals.ts";

/** A handler's view of `{ minor, currency }`. */
interface CelMoney {
  minor: bigint;
  currency: string;
}

function digitsOf(currency: string): number {
  const digits = minorDigits(currency);
  if (digits === undefined) throw new RangeError(`"${currency}" is not a currency of ISO 4217`);
  return digits;
}

function readMoney(text: string | bigint, currency: string, rounding?: string): CelMoney {
  const named = rounding === undefined ? undefined : parseRounding(rounding);
  return { minor: rescale(parseDecimal(text), digitsOf(currency), named), currency };
}

/** `EUR 1,234.50`: the same everywhere, whatever the machine's locale. */
function formatMoney({ minor, currency }: CelMoney): string {
  const digits = digitsOf(currency);
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = digits === 0 ? "" : `.${text.slice(text.length - digits)}`;
  return `${currency} ${minor < 0n ? "-" : ""}${whole}${fraction}`;
}

function sumMoney(amounts: readonly CelMoney[], currency: string): CelMoney {
  let minor = 0n;
  for (const amount of amounts) {
    if (amount.currency !== currency) {
      throw new RangeError(`an amount in ${amount.currency} cannot be added to one in ${currency}`);
    }
    minor += amount.minor;
  }
  return { minor, currency };
}

function checkCurrency(call: FunctionCall): void {
  const currency = literalText(call, 1);
  if (currency === undefined || minorDigits(currency) !== undefined) return;
  const message = `"${currency}" is not a currency of ISO 4217.`;
  call.fault(1, { code: "unknown-value", message, hint: "For instance EUR, USD or GBP." });
}

const decimalType = unionOf([stringType, integerType]);

export const moneyFunctions: readonly CelFunction[] = [
  {
    name: "money",
    summary: 'A decimal text as money: money("12.50", "EUR") is { minor: 1250, currency: "EUR" }.',
    parameters: [decimalType, stringType],
    result(call) {
      checkCurrency(call);
      return moneyType;
    },
    implementation: { signature: "money(dyn, string): map", run: readMoney },
  },
  {
    name: "money",
    summary: 'The same, rounded to the currency\'s smallest unit: money("1.005", "EUR", "half_up").',
    parameters: [decimalType, stringType, { kind: "string", values: roundings }],
    result(call) {
      checkCurrency(call);
      return moneyType;
    },
    implementation: { signature: "money(dyn, string, string): map", run: readMoney },
  },
  {
    name: "format_money",
    summary: "An amount for people: EUR 1,234.50.",
    parameters: [moneyType],
    result: stringType,
    implementation: { signature: "format_money(map): string", run: formatMoney },
  },
  {
    name: "sum_money",
    summary: "The sum of amounts that are all in one currency.",
    parameters: [listOf(moneyType), stringType],
    result(call) {
      checkCurrency(call);
      return moneyType;
    },
    implementation: { signature: "sum_money(list, string): map", run: sumMoney },
  },
];
