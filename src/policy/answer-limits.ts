import { RingmainError } from "../core/errors.ts";
import { isRecord } from "../core/json.ts";
import type { PolicyTool } from "./cedar-schema.ts";
import { compileMask, type Mask } from "./compile-mask.ts";
import type { ForbidRule, Verdict } from "./forbid-rules.ts";

/** What policies withhold of the answer to an allowed call. */
export interface AnswerLimits {
  /** The marks whose fields the caller does not see; none when only items are withheld. */
  marks: readonly string[];
  /** Whether it depends on the items which of them the caller sees. */
  records: boolean;
  /** Cuts a result down to what the caller may see. Throws POLICY_DENIED when that cannot be told. */
  show(result: Readonly<Record<string, unknown>>): ShownAnswer;
}

export interface ShownAnswer {
  result: Readonly<Record<string, unknown>>;
  /** What was really withheld: the marks of masked fields, and `records` when items were left out. */
  withheld: string[];
}

/** Prepares the limits of answers of a tool, whose schema is read once for each set of marks. */
export function createAnswerLimits(tool: PolicyTool) {
  const masks = new Map<string, Mask>();

  function maskOf(marks: readonly string[]): Mask {
    const key = marks.join();
    const mask = masks.get(key) ?? compileMask(tool.outputSchema, marks);
    masks.set(key, mask);
    return mask;
  }

  return (options: {
    marks: readonly string[];
    /** Judges an item; absent when no rule is about items. */
    judgeItem?: ((item: Readonly<Record<string, unknown>>) => Verdict) | undefined;
  }): AnswerLimits => {
    const marks = [...new Set(options.marks)].sort();
    const { judgeItem } = options;
    return {
      marks,
      records: judgeItem !== undefined,
      show(result) {
        const withheld: string[] = [];
        // first the items, by what they are and not by what is shown of them
        const left = judgeItem === undefined ? result : withoutSums(keptItems(result, judgeItem), tool);
        if (left !== result) withheld.push("records");
        if (marks.length === 0) return { result: left, withheld };
        const shown = maskOf(marks).apply(left);
        if (shown === undefined || !isRecord(shown.result)) throw unmaskable(marks);
        return { result: shown.result, withheld: shown.masked ? [...marks, ...withheld] : withheld };
      },
    };
  };
}

/** The same result when no item is left out. */
function keptItems(
  result: Readonly<Record<string, unknown>>,
  judge: (item: Readonly<Record<string, unknown>>) => Verdict,
): Readonly<Record<string, unknown>> {
  const { items } = result;
  if (!Array.isArray(items)) throw unjudged("the answer has no list of items", []);
  const kept = items.filter((item: unknown) => {
    const verdict = judge(isRecord(item) ? item : {});
    if (verdict.kind === "failed") throw unjudged(verdict.reason, verdict.rules);
    return verdict.kind === "passed";
  });
  return kept.length === items.length ? result : { ...result, items: kept };
}

/**
 * Without what a list says besides its items, where that may be counted over the items left out, of this page and of
 * others: totals are left out or empty, whatever was left out here. Texts, such as the day of a report, stay.
 */
function withoutSums(
  result: Readonly<Record<string, unknown>>,
  { outputSchema }: PolicyTool,
): Readonly<Record<string, unknown>> {
  const required =
    isRecord(outputSchema) && Array.isArray(outputSchema.required) ? outputSchema.required : [];
  const sums = Object.entries(result).filter(
    ([name, value]) => name !== "items" && typeof value !== "string",
  );
  if (sums.length === 0) return result;
  const rest = { ...result };
  for (const [name, value] of sums) {
    if (!required.includes(name)) delete rest[name];
    else if (Array.isArray(value)) rest[name] = [];
    else throw unjudged(`Its ${name} is counted over all items, and has to be in every answer.`, []);
  }
  return rest;
}

function unjudged(reason: string | undefined, rules: readonly ForbidRule[]): RingmainError {
  const which = rules.length === 0 ? "policies" : rules.map((rule) => rule.id).join(", ");
  const hint = reason ?? `See ${rules.map((rule) => rule.place).join(", ")}.`;
  const message = `${which} could not be kept for every item of this answer, so nothing is shown`;
  return new RingmainError("POLICY_DENIED", message, { hint });
}

function unmaskable(marks: readonly string[]): RingmainError {
  return new RingmainError(
    "POLICY_DENIED",
    `the answer cannot be shown without its ${marks.join(" and ")} fields, so it is not shown`,
    { hint: "Run ringmain check: it names the field, which would have to be optional." },
  );
}
