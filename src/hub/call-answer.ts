import { z } from "zod";
import { callError, metaKey, replay } from "../core/call-meta.ts";
import { RingmainError } from "../core/errors.ts";
import type { CallAnswer, CallErrorDetails } from "./call-request.ts";
import { isParsedJson } from "./parsed-json.ts";

const answerMeta = z.object({
  [metaKey.entry]: z.int().optional(),
  [metaKey.replayed]: replay.optional(),
  [metaKey.error]: callError.optional(),
});

interface ToolResult {
  isError?: boolean | undefined;
  structuredContent?: unknown;
  _meta?: unknown;
}

/**
 * Reads what a server answered to `tools/call`. The result is not checked against the output schema again: the kit
 * did that before it committed. Throws the server's own RingmainError with its code, message and hint, and with
 * CallErrorDetails; throws INTERNAL for an answer that the kit cannot have made.
 */
export function readAnswer(tool: string, result: ToolResult): CallAnswer {
  const parsed = answerMeta.safeParse(result._meta ?? {});
  const meta = parsed.data ?? {};
  const entry = meta[metaKey.entry];
  if (result.isError) throw readError(tool, meta[metaKey.error], entry);
  if (!isParsedJson(result.structuredContent) || entry === undefined) {
    throw new RingmainError("INTERNAL", `${tool} answered without a result or without an audit entry.`, {
      hint: "This is a fault of the server: its kit may be older than this program.",
      cause: parsed.error,
    });
  }
  const replayed = meta[metaKey.replayed];
  return { result: result.structuredContent, entry, ...(replayed && { replayed }) };
}

function readError(
  tool: string,
  error: z.infer<typeof callError> | undefined,
  entry: number | undefined,
): RingmainError {
  if (error === undefined) {
    // the text of an error that the kit did not word may carry a third party's instructions
    return new RingmainError("INTERNAL", `${tool} failed without saying why in a form that can be trusted.`, {
      hint: "Look in the server's own log.",
    });
  }
  const details: CallErrorDetails = {
    entry,
    policies: error.policies,
    ...(error.approval !== undefined && { approval: error.approval }),
  };
  return new RingmainError(error.code, error.message, {
    hint: error.hint,
    retryable: error.retryable,
    details,
  });
}
