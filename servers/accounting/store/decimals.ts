/** A decimal text such as "0.15" as digits / scale. The text has passed the schema of a rate. */
export function decimalFraction(text: string): { digits: bigint; scale: bigint } {
  const [whole = "0", fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) };
}

/** The shortest text of the same decimal: "0.150" is "0.15", "0.0" is "0". */
export function normalDecimal(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
