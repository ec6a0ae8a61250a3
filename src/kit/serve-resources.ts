import { z } from "zod";
import { metaKey } from "../core/call-meta.ts";
import { RingmainError } from "../core/errors.ts";
import { canonicalJson, isRecord } from "../core/json.ts";
import type { Resource, ResourceList } from "./define-resource.ts";
import { decodeCursor, encodeCursor } from "./pages.ts";
import type { AnyTool } from "./tool.ts";
import { type UriTemplate, uriTemplate } from "./uri-template.ts";
import { unknownView } from "./view.ts";
import { protocolError, type RequestMeta, resultOf, type ViewHost } from "./view-host.ts";

const mimeType = "application/json";

interface Served<Context> {
  resource: Resource<Context>;
  template: UriTemplate;
}

/** A resource as `resources/list` shows it. */
interface Listed {
  uri: string;
  name: string;
  title: string;
  description?: string;
  mimeType: string;
}

type Granted<Context> = (tool: AnyTool<Context>) => boolean;

/** Answers `resources/list`, `resources/templates/list` and `resources/read`. */
export function serveResources<Context>(host: ViewHost<Context>): void {
  const { server, grantsOf, ask } = host;
  const served = host.resources.map((resource) => ({ resource, template: uriTemplate(resource.uri) }));

  server.setRequestHandler("resources/templates/list", async (_request, { mcpReq }) => {
    const granted = await grantsOf(mcpReq._meta);
    const templates = served.filter(
      ({ resource, template }) => template.variables.length > 0 && granted(resource.tool),
    );
    return {
      resourceTemplates: templates.map(({ resource }) => {
        const { name, title, description, uri } = resource;
        return { uriTemplate: uri, name, title, description, mimeType };
      }),
    };
  });

  server.setRequestHandler("resources/list", async ({ params }, { mcpReq }) => {
    const granted = await grantsOf(mcpReq._meta);
    return listPage(host, served, granted, params?.cursor, mcpReq._meta);
  });

  server.setRequestHandler("resources/read", async ({ params }, { mcpReq }) => {
    const { uri } = params;
    const found = served.find(({ template }) => template.match(uri) !== undefined);
    const answer =
      found === undefined
        ? await ask(unknownView.resource, { uri: uri.slice(0, 1_000) }, mcpReq._meta)
        : await ask(
            `resource:${found.resource.name}`,
            { uri, values: found.template.match(uri) },
            mcpReq._meta,
          );
    const text = canonicalJson(resultOf(answer, uri));
    return { contents: [{ uri, mimeType, text }], _meta: { [metaKey.entry]: answer.entry } };
  });
}

/**
 * One page of `resources/list`: first the fixed URIs, and then page by page what the templates list. Each such page is
 * one read, recorded like any other; one that is refused lists nothing.
 */
async function listPage<Context>(
  { ask }: ViewHost<Context>,
  served: readonly Served<Context>[],
  granted: Granted<Context>,
  cursor: string | undefined,
  meta: RequestMeta,
) {
  const listable = served.flatMap(({ resource, template }) =>
    resource.list !== undefined && granted(resource.tool) && granted(resource.list.tool)
      ? [{ resource, template, list: resource.list }]
      : [],
  );
  const [index, inner] = cursor === undefined ? [0, ""] : readCursor(cursor);
  const fixed = cursor === undefined ? served.filter(({ template }) => template.variables.length === 0) : [];
  const resources = fixed.flatMap(({ resource }) => (granted(resource.tool) ? listedFixed(resource) : []));
  const at = listable[index];
  if (at === undefined) return { resources };

  const asked = inner === "" ? {} : { cursor: inner };
  const { result } = await ask(`resource_list:${at.resource.name}`, asked, meta);
  const page = listResult.parse(result === undefined ? { items: [] } : JSON.parse(result));
  resources.push(...page.items.flatMap((item) => listedItem(at.resource, at.template, at.list, item)));
  const next = page.next_cursor === undefined ? [index + 1, ""] : [index, page.next_cursor];
  const more = page.next_cursor !== undefined || index + 1 < listable.length;
  return { resources, ...(more && { nextCursor: encodeCursor("resources", next) }) };
}

const listResult = z.object({ items: z.array(z.unknown()), next_cursor: z.string().optional() });

function readCursor(cursor: string): [number, string] {
  try {
    const [index, inner] = decodeCursor("resources", cursor, 2);
    return [Number(index), String(inner)];
  } catch (error) {
    throw error instanceof RingmainError ? protocolError(error) : error;
  }
}

function listedFixed<Context>({ uri, name, title, description }: Resource<Context>): Listed {
  return { uri, name, title, description, mimeType };
}

function listedItem<Context>(
  { name }: Resource<Context>,
  template: UriTemplate,
  list: ResourceList<Context>,
  item: unknown,
): Listed[] {
  const shown = isRecord(item) ? list.item(item) : undefined;
  if (shown === undefined) return [];
  return [{ uri: template.expand(shown.values), name, title: shown.title, mimeType }];
}
