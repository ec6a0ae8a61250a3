import { RingmainError } from "../core/errors.ts";

const longest = 500;

/** The reason that a person gives. Throws INPUT_INVALID for a text that would not stand on one line of a terminal. */
export function readReason(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const reason = text.trim();
  if (
    reason.length > 0 &&
    reason.length <= longest &&
    reason.isWellFormed() &&
    !/[\p{Cc}\p{Cf}]/u.test(reason)
  )
    return reason;
  throw new RingmainError("INPUT_INVALID", `--reason takes one line of 1 to ${longest} characters.`, {
    hint: "Nothing was changed.",
  });
}
