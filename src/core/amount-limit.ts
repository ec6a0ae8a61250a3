import { z } from "zod";
import type { Amount } from "./amount.ts";
import { currencyMeant } from "./currency-meant.ts";
import { minorDigits } from "./minor-digits.ts";

const toolName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*\.[a-z][a-z0-9_]*$/, "must be one tool, for instance accounting.refund_payment");

const sum = z
  .string()
  .regex(
    /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/,
    "must name an amount of the tool: an argument such as amount, or a fact such as facts.balance",
  );

/** The most there may be: `2000.00 EUR`, `{ minor: 200000, currency: EUR }`, or a whole number of what has no currency. */
const most = z.unknown().transform((value, context): Amount => {
  const { amount, fault, path = [] } = readMost(value);
  if (amount !== undefined) return amount;
  context.addIssue({ code: "custom", message: fault, path });
  return z.NEVER;
});

/** What calls of one tool, or of several together, may move: the sum of an amount among their arguments or facts. */
export const amountLimit = z
  .strictObject({
    tool: toolName.describe("The tool whose calls are added up.").optional(),
    tools: z.array(toolName).min(1).describe("Several tools whose calls are added up together.").optional(),
    sum: sum.describe("The amount among their arguments, or among their facts: `facts.NAME`."),
    most: most.describe("The most that it may come to: `2000.00 EUR`."),
  })
  .refine(({ tool, tools }) => (tool === undefined) !== (tools === undefined), {
    message: "must name either a tool or tools",
  });

export type AmountLimit = z.output<typeof amountLimit>;

/** The tools whose amounts a limit adds up. */
export function limitedTools({ tool, tools = [] }: AmountLimit): readonly string[] {
  return tool === undefined ? tools : [tool];
}

type Read =
  | { amount: Amount; fault?: undefined; path?: undefined }
  | { amount?: undefined; fault: string; path?: string[] };

const forms = "must be an amount such as 2000.00 EUR, or a whole number where the sum has no currency";

const moneyRecord = z.strictObject({ minor: z.int().min(0), currency: z.string().nullable() });

function readMost(value: unknown): Read {
  if (value === undefined) return { fault: "is missing" };
  if (typeof value === "number")
    return Number.isSafeInteger(value) && value >= 0
      ? { amount: { minor: value, currency: null } }
      : { fault: forms };
  if (typeof value === "string") return readText(value);
  const money = moneyRecord.safeParse(value).data;
  if (money === undefined) return { fault: forms };
  return money.currency === null || minorDigits(money.currency) !== undefined
    ? { amount: money }
    : { fault: noCurrency(money.currency), path: ["currency"] };
}

function readText(text: string): Read {
  const [, whole, decimals = "", currency] = /^(\d+)(?:\.(\d+))? ?([A-Za-z]+)$/.exec(text.trim()) ?? [];
  if (whole === undefined || currency === undefined) return { fault: forms };
  const digits = minorDigits(currency);
  if (digits === undefined) return { fault: noCurrency(currency) };
  if (decimals.length > digits) return { fault: `has more decimals than ${currency} has: ${digits}` };
  const minor = Number(whole + decimals.padEnd(digits, "0"));
  return Number.isSafeInteger(minor)
    ? { amount: { minor, currency } }
    : { fault: "is too large to be counted" };
}

function noCurrency(written: string): string {
  const meant = currencyMeant(written);
  return `"${written}" is no currency of ISO 4217${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
}
