import { z } from "zod";
import type { Completion, ReadTool } from "./read-source.ts";
import type { AnyTool } from "./tool.ts";

/** One message of a prompt: words, or a record with its URI. */
export const promptMessage = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text"), text: z.string() }),
    z.strictObject({
      type: z.literal("resource"),
      resource: z.strictObject({
        uri: z.string(),
        mimeType: z.literal("application/json"),
        text: z.string(),
      }),
    }),
  ]),
});
export type PromptMessage = z.infer<typeof promptMessage>;

/** A task that users pick from a menu: it becomes messages to a model, with the records that it needs. */
export interface Prompt<Context, Arguments extends z.ZodObject = z.ZodObject> {
  /** In snake_case, e.g. `chase_overdue_invoices`. Getting it stands in the trail as `accounting.prompt:…`. */
  name: string;
  title: string;
  description: string;
  /** A strict object of texts; every field described. */
  arguments: Arguments;
  complete?: Readonly<Record<string, Completion<Context>>>;
  /**
   * The read tools that it draws on. Only who may call all of them sees it; each read is permitted by itself. Without
   * any, every grant on the server opens it.
   */
  tools: readonly AnyTool<Context>[];
  messages(values: z.output<Arguments>, read: ReadTool<Context>): Promise<PromptMessage[]>;
}

/** Gives a server its `definePrompt`, so that each prompt infers its values from its arguments. */
export function promptDefiner<Context>() {
  return <Arguments extends z.ZodObject>(prompt: Prompt<Context, Arguments>): Prompt<Context> => prompt;
}

/** What the user says. */
export function userText(text: string): PromptMessage {
  return { role: "user", content: { type: "text", text } };
}

/** A result that goes along as JSON. The URI says what it is; only those of resources can be read. */
export function attachedJson(uri: string, value: unknown): PromptMessage {
  const resource = { uri, mimeType: "application/json" as const, text: JSON.stringify(value) };
  return { role: "user", content: { type: "resource", resource } };
}
