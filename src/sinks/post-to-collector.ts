import { RingmainError } from "../core/errors.ts";

const longestMs = 10_000;

/** HTTP statuses that mean something of their own here. */
export const collectorAnswers = { tooLarge: 413, unauthorized: 401, forbidden: 403, notFound: 404 } as const;

export interface CollectorAnswer {
  status: number;
  body: Uint8Array;
  /** Why the collector did not take it. */
  error: RingmainError | undefined;
}

/**
 * Sends one request. Throws SERVER_UNAVAILABLE when there is no answer in time, and what the signal says when it is
 * aborted. No message has text of the collector's or a header in it.
 */
export async function postToCollector(request: {
  endpoint: string;
  headers: Record<string, string>;
  body: Uint8Array;
  signal: AbortSignal;
}): Promise<CollectorAnswer> {
  const { endpoint, headers, body, signal } = request;
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { ...headers, "content-type": "application/x-protobuf" },
      body: new Uint8Array(body),
      redirect: "manual", // headers that let one in are for this address only
      signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
    });
    const answer = new Uint8Array(await response.arrayBuffer());
    return {
      status: response.status,
      body: answer,
      error: response.ok ? undefined : refusal(endpoint, response),
    };
  } catch (cause) {
    signal.throwIfAborted();
    throw new RingmainError("SERVER_UNAVAILABLE", `The collector ${endpoint} ${whyUnreachable(cause)}.`, {
      hint: "Entries wait in the trail and are sent once it answers; otlp: in ringmain.yaml says where it is.",
      retryable: true,
      cause,
    });
  }
}

function refusal(endpoint: string, { status, headers }: Response): RingmainError {
  return new RingmainError("SERVER_UNAVAILABLE", `The collector ${endpoint} answered ${status}.`, {
    hint: hintFor(status),
    retryable: true,
    details: { retryAfterMs: retryAfterMs(headers.get("retry-after")) },
  });
}

function hintFor(status: number): string {
  if (status === collectorAnswers.unauthorized || status === collectorAnswers.forbidden)
    return "headers_env of the sink in ringmain.yaml names the variable that holds its credentials.";
  if (status === collectorAnswers.notFound)
    return "otlp: in ringmain.yaml is the address without /v1/traces and /v1/logs, which are added to it.";
  return "Entries wait in the trail and are sent once it takes them.";
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); a date is left to the usual waits. */
function retryAfterMs(header: string | null): number {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : 0;
}

function whyUnreachable(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `did not answer within ${longestMs / 1_000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code: unknown = cause instanceof Error ? Reflect.get(cause, "code") : undefined;
  return typeof code === "string" ? `cannot be reached (${code})` : "cannot be reached";
}
