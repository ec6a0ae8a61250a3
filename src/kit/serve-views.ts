import { z } from "zod";
import { servePrompts } from "./serve-prompts.ts";
import { serveResources } from "./serve-resources.ts";
import { unknownView } from "./view.ts";
import { resultOf, type ViewHost } from "./view-host.ts";

type Views<Context> = Pick<ViewHost<Context>, "resources" | "prompts">;

/** What a server says in `initialize` about its resources, prompts and completions. */
export function viewCapabilities<Context>({ resources, prompts }: Views<Context>) {
  const completes = [...resources, ...prompts].some(({ complete }) => complete !== undefined);
  return {
    ...(resources.length > 0 && { resources: {} }),
    ...(prompts.length > 0 && { prompts: {} }),
    ...(completes && { completions: {} }),
  };
}

/** Answers MCP's requests about resources, prompts and completions. */
export function serveViews<Context>(host: ViewHost<Context>): void {
  const { resources, prompts, completions } = viewCapabilities(host);
  if (resources !== undefined) serveResources(host);
  if (prompts !== undefined) servePrompts(host);
  if (completions !== undefined) serveCompletions(host);
}

const completed = z.object({ values: z.array(z.string()), has_more: z.boolean() });

/** `completion/complete`, for the variables of templates and the arguments of prompts; another reference is refused. */
function serveCompletions<Context>({ server, resources, prompts, ask }: ViewHost<Context>): void {
  server.setRequestHandler("completion/complete", async ({ params }, { mcpReq }) => {
    const { ref, argument } = params;
    const { kind, found } =
      ref.type === "ref/prompt"
        ? { kind: "prompt", found: prompts.find(({ name }) => name === ref.name) }
        : { kind: "resource", found: resources.find(({ uri }) => uri === ref.uri) };
    // an argument that nothing completes has no values; only an unknown reference is a mistake of the caller
    if (found !== undefined && !Object.hasOwn(found.complete ?? {}, argument.name)) {
      return { completion: { values: [] } };
    }
    const answer =
      found === undefined
        ? await ask(unknownView.completion, { ref, argument }, mcpReq._meta)
        : await ask(
            `completion:${kind}_${found.name}_${argument.name}`,
            { typed: argument.value },
            mcpReq._meta,
          );
    const { values, has_more } = completed.parse(resultOf(answer));
    return { completion: { values, hasMore: has_more } };
  });
}
