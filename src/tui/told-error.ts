import { messageOf, RingmainError } from "../core/errors.ts";

/** An error as the screen shows it. */
export interface ToldError {
  code: string;
  message: string;
  hint?: string;
}

export function failureOf(error: unknown): ToldError {
  if (!(error instanceof RingmainError)) return { code: "INTERNAL", message: messageOf(error) };
  const { code, message, hint } = error;
  return { code, message, ...(hint !== undefined && { hint }) };
}

/** The message and its hint in one line. */
export function sentenceOf(error: unknown): string {
  const { message, hint } = failureOf(error);
  return hint === undefined ? message : `${message} ${hint}`;
}
