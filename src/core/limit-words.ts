import type { PrincipalLimits } from "./agent-file.ts";
import { amountText } from "./amount.ts";
import { limitedTools } from "./amount-limit.ts";

const counts = [
  ["calls_per_minute", "calls a minute"],
  ["calls_per_day", "calls a day"],
  ["writes_per_day", "writes a day"],
] as const;

/** Limits in words: `300 writes a day`, `2000.00 EUR a day for amount of accounting.refund_payment`. */
export function limitWords(limits: PrincipalLimits): string[] {
  const { amounts_per_day = [], usd, usd_per_day } = limits;
  return [
    ...counts.flatMap(([name, words]) => (limits[name] === undefined ? [] : [`${limits[name]} ${words}`])),
    ...amounts_per_day.map(
      (limit) => `${amountText(limit.most)} a day for ${limit.sum} of ${limitedTools(limit).join(" and ")}`,
    ),
    ...(usd === undefined ? [] : [`${usd} USD for the model`]),
    ...(usd_per_day === undefined ? [] : [`${usd_per_day} USD a day for the model`]),
  ];
}
