import { amountName, amountPath } from "./amount.ts";
import { type AmountLimit, limitedTools } from "./amount-limit.ts";
import { type AmountSum, amountSums } from "./amount-sums.ts";
import { didYouMean } from "./closest.ts";
import type { ToolDescription } from "./tool-description.ts";

interface LimitFault {
  code: string;
  message: string;
  hint: string;
}

/** Tells of a fault at a path within the list. */
type Report = (path: (string | number)[], fault: LimitFault) => void;

/** Finds what is wrong with amount limits: an unknown tool, one that only reads, and a sum that is no amount of a tool. */
export function checkAmountLimits(
  limits: readonly AmountLimit[],
  tools: ReadonlyMap<string, ToolDescription>,
  report: Report,
): void {
  for (const [index, limit] of limits.entries()) {
    for (const [place, id] of limitedTools(limit).entries()) {
      const at = limit.tool === undefined ? [index, "tools", place] : [index, "tool"];
      const tool = tools.get(id);
      if (tool === undefined) {
        const hint = didYouMean(id, [...tools.keys()]) ?? "`ringmain servers` lists the tools.";
        report(at, { code: "unknown-tool", message: `There is no tool "${id}".`, hint });
      } else if (tool.effect === "read") {
        const message = `${id} only reads, which moves no amount.`;
        report(at, {
          code: "limit-of-a-read",
          message,
          hint: "calls_per_day and calls_per_minute bound reads.",
        });
      } else {
        const found = faultOf(limit, id, tool);
        if (found !== undefined) report([index, found.key], found.fault);
      }
    }
  }
}

function faultOf(
  { sum, most }: AmountLimit,
  id: string,
  tool: ToolDescription,
): { key: string; fault: LimitFault } | undefined {
  const sums = amountSums(tool);
  const found = sums.find(({ path }) => path === amountPath(sum));
  if (found === undefined) {
    const message = `"${sum}" is no amount of money and no whole number among the arguments or facts of ${id}.`;
    return { key: "sum", fault: { code: "unknown-amount", message, hint: hintFor(sum, sums) } };
  }
  if (!found.always) {
    const message = `A call of ${id} may come without "${sum}", and is refused then.`;
    const others = sums.filter(({ always, kind }) => always && kind === found.kind);
    const hint =
      others.length === 0 ? "None of its amounts is always there." : `Always there: ${namesOf(others)}.`;
    return { key: "sum", fault: { code: "optional-amount", message, hint } };
  }
  if (found.kind === "money" && most.currency === null) {
    const message = `"${sum}" is money, so the most of it needs a currency.`;
    return {
      key: "most",
      fault: { code: "limit-without-currency", message, hint: "For instance 2000.00 EUR." },
    };
  }
  if (found.kind !== "money" && most.currency !== null) {
    const message = `"${sum}" is a whole number and no money, so the most of it has no currency.`;
    return { key: "most", fault: { code: "limit-with-currency", message, hint: "For instance 100." } };
  }
  return undefined;
}

function hintFor(sum: string, sums: readonly AmountSum[]): string {
  const names = sums.map(({ path }) => path);
  const last = sum.split(".").at(-1) ?? sum;
  // the right name without its source is meant before a similar one
  const same = names.find((path) => path.endsWith(`.${last}`));
  if (same !== undefined) return `Did you mean "${amountName(same)}"?`;
  const near = didYouMean(amountPath(sum), names)?.replace('"arguments.', '"');
  return near ?? (sums.length === 0 ? "This tool has none." : `Its amounts: ${namesOf(sums)}.`);
}

function namesOf(sums: readonly AmountSum[]): string {
  return sums.map(({ path }) => amountName(path)).join(", ");
}
