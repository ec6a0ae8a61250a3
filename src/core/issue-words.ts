import type { z } from "zod";

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

const formats: Readonly<Record<string, string>> = {
  date: "a day such as 2026-11-02",
  datetime: "an instant such as 2026-11-02T08:00:00Z",
  email: "an e-mail address",
  url: "a URL",
};

const units: Readonly<Record<string, string>> = { string: "characters", array: "entries", set: "entries" };

/** How zod's own messages begin. Any other is the schema's, and says it better. */
const generic = /^(?:Invalid|Too small|Too big|Unrecognized)\b/;

/** What a value must be instead, in words for people: "must be at least 1". */
export function issueWords(issue: z.core.$ZodIssue): string {
  if (!generic.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value": {
      const [only, ...others] = issue.values.map(String);
      return others.length === 0 ? `must be ${only}` : `must be one of ${[only, ...others].join(", ")}`;
    }
    case "invalid_format":
      if (issue.format === "regex") return `must have the form ${issue.pattern}`;
      return `must be ${formats[issue.format] ?? `a valid ${issue.format}`}`;
    case "too_small":
      if (units[issue.origin] !== undefined && Number(issue.minimum) === 1) return "must not be empty";
      return bound(issue, issue.minimum, issue.inclusive === false ? "more than" : "at least");
    case "too_big":
      return bound(issue, issue.maximum, issue.inclusive === false ? "less than" : "at most");
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return `there is no ${issue.keys.join(", ")} here`;
    case "invalid_union":
      return "has none of the forms that it may have";
    default:
      return issue.message;
  }
}

function bound({ origin, exact }: { origin: string; exact?: boolean }, limit: unknown, than: string): string {
  const unit = units[origin];
  const most = exact === true ? `exactly ${limit}` : `${than} ${limit}`;
  return unit === undefined ? `must be ${most}` : `must have ${most} ${unit}`;
}
