import type { CallContext } from "../../../src/kit/define-tool.ts";
import { isoDay } from "./days.ts";
import type { AccountingTables, Stamped } from "./tables.ts";

/** What the tools and the store work with, built anew for each call. */
export interface AccountingContext
  extends Pick<
    CallContext<AccountingTables>,
    "db" | "newId" | "hides" | "changed" | "link" | "links" | "moveLinks"
  > {
  /** The UTC day of the call: what "overdue" is measured against. */
  today: string;
  /** The instant of the call, RFC 3339. */
  at: string;
}

/** Builds the context of one call. */
export function accountingContext(call: CallContext<AccountingTables>): AccountingContext {
  return {
    db: call.db,
    newId: (prefix) => call.newId(prefix),
    hides: (mark) => call.hides(mark),
    changed: (table, id, version) => call.changed(table, id, version),
    link: (from, to, kind) => call.link(from, to, kind),
    links: (ref) => call.links(ref),
    moveLinks: (from, to) => call.moveLinks(from, to),
    today: isoDay(call.now),
    at: call.now.toISOString(),
  };
}

/** The stamps of a record that this call creates. */
export function firstVersion({ at }: AccountingContext): Stamped {
  return { version: 1, created_at: at, updated_at: at };
}
