import type { z } from "zod";
import type { Migration } from "../db/migrate.ts";
import type { Prompt } from "./define-prompt.ts";
import type { Resource } from "./define-resource.ts";
import type { AnyTool, CallContext, Tool } from "./tool.ts";

export type { AnyTool, CallContext, ChangedRecord } from "./tool.ts";

/**
 * Gives a server its `defineTool`, so that each tool is checked against the server's context and infers its
 * input and output from its schemas.
 */
export function toolDefiner<Context>() {
  return <Input extends z.ZodObject, Output extends z.ZodObject>(
    tool: Tool<Context, Input, Output>,
  ): AnyTool<Context> => tool;
}

/** A server: everything that `serve` and the tests need to run it. */
export interface ServerDefinition<Tables, Context> {
  /** Also the prefix of its tables: `crm` owns `crm_company`, `crm_deal`, … */
  name: string;
  title: string;
  /** What the server is for, told to every client that connects. */
  instructions: string;
  migrations: readonly Migration[];
  tools: readonly AnyTool<Context>[];
  /** What clients may attach to a conversation, by URI; each opened by the grant of a read tool. */
  resources?: readonly Resource<Context>[];
  /** What users may pick from a menu; each opened by the grants of the read tools that it draws on. */
  prompts?: readonly Prompt<Context>[];
  /** Builds what the tools work with, anew for each call. */
  context(call: CallContext<Tables>): Context;
}
