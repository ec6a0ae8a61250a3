import type { CallContext } from "../../../src/kit/define-tool.ts";
import type { CrmTables } from "./tables.ts";

/** What a tool of the CRM works with: the store's functions take it as their first argument. */
export type CrmContext = CallContext<CrmTables>;

/** The day of the call in UTC. */
export function today({ now }: Pick<CrmContext, "now">): string {
  return now.toISOString().slice(0, 10);
}

/** The columns of a row that is new in this call. */
export function newRow({ now }: Pick<CrmContext, "now">) {
  return { version: 1, created_at: now.toISOString(), updated_at: now.toISOString() };
}
