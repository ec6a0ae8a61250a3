import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type Server,
} from "@modelcontextprotocol/server";
import { metaKey } from "../core/call-meta.ts";
import type { RingmainError } from "../core/errors.ts";
import type { Answer } from "./call.ts";
import type { Prompt } from "./define-prompt.ts";
import type { Resource } from "./define-resource.ts";
import type { AnyTool } from "./tool.ts";

/** The `_meta` of a request. */
export type RequestMeta = Record<string, unknown> | undefined;

/** What the handlers of MCP's requests about resources, prompts and completions work with. */
export interface ViewHost<Context> {
  server: Server;
  resources: readonly Resource<Context>[];
  prompts: readonly Prompt<Context>[];
  /** Tells who asks, and gives the test of which tools they hold a grant for. Nobody holds any. */
  grantsOf(meta: RequestMeta): Promise<(tool: AnyTool<Context>) => boolean>;
  /** The tools of the server. */
  tools: readonly AnyTool<Context>[];
  /** Asks the pipeline for a view (view.ts). Rejects only when the store cannot write. */
  ask(view: string, values: unknown, meta: RequestMeta): Promise<Answer>;
}

/** The result of a view. Throws its error as an error of the protocol; `uri` is the resource that was asked for. */
export function resultOf({ error, result = "{}", entry, policies }: Answer, uri?: string): unknown {
  if (error === undefined) return JSON.parse(result);
  throw protocolError(error, { entry, policies, uri });
}

/** An error as MCP answers it where no result can say it. The entry travels beside it, as it does with a tool's error. */
export function protocolError(
  { code, message, hint, retryable }: RingmainError,
  more: { entry?: number; policies?: readonly string[]; uri?: string | undefined } = {},
): ProtocolError {
  const { entry, policies = [], uri } = more;
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  const text = `${code}: ${sentence}${hint === undefined ? "" : ` ${hint}`}`;
  if (code === "NOT_FOUND" && uri !== undefined) return new ResourceNotFoundError(uri, text);
  const told = { code, message, ...(hint !== undefined && { hint }), retryable, policies: [...policies] };
  const number = code === "INTERNAL" ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  return new ProtocolError(number, text, {
    [metaKey.error]: told,
    ...(entry !== undefined && { [metaKey.entry]: entry }),
  });
}
