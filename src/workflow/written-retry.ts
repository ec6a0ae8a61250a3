import { z } from "zod";
import { errorCodes } from "../core/errors.ts";

/** How `retry: 3` is meant beyond the number of attempts. */
export const defaultRetry = { backoff: "1s", max: "1m", on: undefined };

/** `retry` as it is written: how many attempts in all, or more about them. */
export const writtenRetry = z.union([
  z.int().min(2).max(20),
  z.strictObject({
    attempts: z.int().min(2).max(20).describe("How many attempts in all.").default(3),
    backoff: z
      .string()
      .describe("The longest wait before the second attempt; it doubles with each further one.")
      .default(defaultRetry.backoff),
    max: z.string().describe("No wait is longer.").default(defaultRetry.max),
    on: z
      .array(z.enum(errorCodes))
      .min(1)
      .describe("The errors after which to try again; what may pass by itself unless told.")
      .optional(),
  }),
]);
