import { z } from "zod";
import { metaKey } from "../core/call-meta.ts";
import { type Prompt, promptMessage } from "./define-prompt.ts";
import { unknownView } from "./view.ts";
import { resultOf, type ViewHost } from "./view-host.ts";

const gotten = z.object({ messages: z.array(promptMessage) });

/** Answers `prompts/list` and `prompts/get`. */
export function servePrompts<Context>({ server, prompts, tools, grantsOf, ask }: ViewHost<Context>): void {
  const known = new Set(prompts.map(({ name }) => name));

  server.setRequestHandler("prompts/list", async (_request, { mcpReq }) => {
    const granted = await grantsOf(mcpReq._meta);
    const visible = prompts.filter((prompt) =>
      prompt.tools.length > 0 ? prompt.tools.every(granted) : tools.some(granted),
    );
    return { prompts: visible.map(listed) };
  });

  server.setRequestHandler("prompts/get", async ({ params }, { mcpReq }) => {
    const { name } = params;
    const answer = known.has(name)
      ? await ask(`prompt:${name}`, params.arguments, mcpReq._meta)
      : await ask(unknownView.prompt, { name, arguments: params.arguments }, mcpReq._meta);
    const { messages } = gotten.parse(resultOf(answer));
    const description = prompts.find((prompt) => prompt.name === name)?.description;
    return { description, messages, _meta: { [metaKey.entry]: answer.entry } };
  });
}

function listed<Context>({ name, title, description, arguments: values }: Prompt<Context>) {
  const fields = Object.entries(values.shape).map(([field, schema]) => ({
    name: field,
    description: z.globalRegistry.get(schema)?.description,
    required: !schema.safeParse(undefined).success,
  }));
  return { name, title, description, arguments: fields };
}
