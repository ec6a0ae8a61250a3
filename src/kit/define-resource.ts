import type { Completion, ReadSource, TextValues } from "./read-source.ts";

/** A record, or a list, that a client may attach to a conversation by its URI. It reads as the JSON of a tool's result. */
export interface Resource<Context> extends ReadSource<Context, TextValues> {
  /** In snake_case, e.g. `deal`. Reading it stands in the trail as `crm.resource:deal`. */
  name: string;
  /** `crm://pipelines`, or a template such as `crm://deal/{id}`. */
  uri: string;
  title: string;
  /** What it holds and its units, for a model that sees nothing else. */
  description: string;
  /** For each variable of the template. */
  complete?: Readonly<Record<string, Completion<Context>>>;
  /** Which URIs of a template are listed. A template without it is not listed, only offered as a template. */
  list?: ResourceList<Context>;
}

/** A list tool whose items are listed as resources, page by page. */
export interface ResourceList<Context> extends ReadSource<Context, { cursor?: string }> {
  /** What an item of the tool's result is listed as. Undefined leaves it out. */
  item(item: Readonly<Record<string, unknown>>): ListedResource | undefined;
}

export interface ListedResource {
  /** The values of the template's variables. */
  values: TextValues;
  title: string;
}

/** Gives a server its `defineResource`, so that each resource is checked against the server's context. */
export function resourceDefiner<Context>() {
  return (resource: Resource<Context>): Resource<Context> => resource;
}
