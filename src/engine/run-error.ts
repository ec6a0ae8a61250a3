import { z } from "zod";
import { errorCodes, RingmainError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { isRecord } from "../core/json.ts";

/** Why a run failed, as it is stored and shown. */
export const runError = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
  /** The path of the step that failed, when a step did. */
  step: z.string().optional(),
});
export type RunError = z.infer<typeof runError>;

/** Something that should not have happened, for the log of the process. */
export interface Fault {
  /** Stands in the error that people see, so that the line of the log can be found. */
  logId: string;
  runId?: string | undefined;
  error: unknown;
}

/**
 * The error of a run from what its execution threw. Only the text of a RingmainError is kept; anything else
 * becomes INTERNAL with a log id, and is handed to `onFault`.
 */
export function toRunError(runId: string, error: unknown, onFault: (fault: Fault) => void): RunError {
  if (error instanceof RingmainError) {
    const step = isRecord(error.details) ? error.details.step : undefined;
    return {
      code: error.code,
      message: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
      ...(typeof step === "string" && { step }),
    };
  }
  const logId = newId("log");
  onFault({ logId, runId, error });
  return {
    code: "INTERNAL",
    message: `Something went wrong inside Ringmain (log ${logId}).`,
    hint: "This is a bug; please report it with that line of the log.",
  };
}
