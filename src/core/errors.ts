/** The public error codes. They are never renamed: scripts and workflows compare them. */
export const errorCodes = [
  // the caller can fix it
  "INPUT_INVALID",
  "NOT_FOUND",
  "CONFLICT",
  "STATE_INVALID",
  // permission
  "POLICY_DENIED",
  "APPROVAL_REQUIRED",
  "APPROVAL_REJECTED",
  "LIMIT_EXCEEDED",
  "PAUSED",
  // environment
  "SERVER_UNAVAILABLE",
  "TIMEOUT",
  "STORE_BUSY",
  "STORE_UNAVAILABLE",
  "MODEL_UNAVAILABLE",
  // workflow
  "WORKFLOW_INVALID",
  "STEP_FAILED",
  "RUN_CANCELLED",
  // integrity
  "AUDIT_BROKEN",
  "TOOL_CHANGED",
  "RESULT_ERASED",
  "OUTCOME_UNKNOWN",
  // a bug
  "INTERNAL",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** With these nobody knows how a call ended, or it never began: made again with its key, it may end otherwise. */
export const withoutOutcome: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "STORE_BUSY",
  "STORE_UNAVAILABLE",
  "SERVER_UNAVAILABLE",
  "TIMEOUT",
]);

export interface ErrorOptions {
  /** One sentence that names the remedy. */
  hint?: string | undefined;
  /** The same for a caller from whom policies withhold a part of records; needed when the hint shows one. */
  hintWithoutRecord?: string | undefined;
  /** Whether the same call may succeed when it is made again unchanged. */
  retryable?: boolean | undefined;
  cause?: unknown;
  /** Machine-readable particulars, for instance the problems of an invalid workflow. */
  details?: unknown;
}

/**
 * The one error class. Its message and hint may be shown to people and to models; the text of any other
 * error never leaves the process (it may carry a third party's instructions, SQL or a path).
 */
export class RingmainError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly hintWithoutRecord: string | undefined;
  readonly retryable: boolean;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "RingmainError";
    this.code = code;
    this.hint = options.hint;
    this.hintWithoutRecord = options.hintWithoutRecord;
    this.retryable = options.retryable ?? false;
    this.details = options.details;
  }
}

/** Whether a text is one of the public error codes, as it arrives from another process. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return errorCodes.some((code) => code === text);
}

/** The message of anything that was thrown, for a log; never for a model or a client. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
