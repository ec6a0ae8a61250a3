import { isRecord } from "./json.ts";
import { minorDigits } from "./minor-digits.ts";

/**
 * The amounts, names and references among the members of an object, in words: `balance 7,200.00 EUR`, `level 2`. Any
 * other text is left out: it may be personal, long, or written to mislead.
 */
export function callWords(value: unknown): string[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const told = toldMember(name, member);
    return told === undefined ? [] : [`${name.replaceAll("_", " ")} ${told}`];
  });
}

function toldMember(name: string, member: unknown): string | undefined {
  if (typeof member === "number" || typeof member === "boolean") return String(member);
  if (typeof member === "string") {
    const isName = /(^|_)(name|number|ref|id|sku)$/.test(name);
    return isName && member !== "" && member.length <= 100 && !/[\p{Cc}\p{Cf}]/u.test(member)
      ? member
      : undefined;
  }
  return moneyWords(member);
}

/** An amount of money (`{ minor, currency }`) for people, or undefined for anything else. */
export function moneyWords(value: unknown): string | undefined {
  if (!isRecord(value) || typeof value.minor !== "number" || typeof value.currency !== "string")
    return undefined;
  const digits = minorDigits(value.currency);
  if (digits === undefined || !Number.isSafeInteger(value.minor)) return undefined;
  const text = String(Math.abs(value.minor)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replaceAll(/\B(?=(\d{3})+$)/g, ",");
  const fraction = digits === 0 ? "" : `.${text.slice(-digits)}`;
  return `${value.minor < 0 ? "-" : ""}${whole}${fraction} ${value.currency}`;
}
