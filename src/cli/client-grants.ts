import { didYouMean } from "../core/closest.ts";
import { RingmainError } from "../core/errors.ts";
import type { Workspace } from "../workspace/load-workspace.ts";

/** The tools that ringmain.yaml grants a client. Throws NOT_FOUND, with the lines to add, when it does not name it. */
export function clientGrants(workspace: Workspace, client: string): readonly string[] {
  const { clients } = workspace.config;
  const grants = Object.hasOwn(clients, client) ? clients[client] : undefined;
  if (grants !== undefined) return grants.tools;
  const meant = didYouMean(client, Object.keys(clients));
  const add = `dd to it:  clients: { ${client}: { tools: [crm.*] } }`;
  throw new RingmainError("NOT_FOUND", `ringmain.yaml grants ${client} nothing.`, {
    hint: meant === undefined ? `A${add}` : `${meant} Else a${add}`,
  });
}
