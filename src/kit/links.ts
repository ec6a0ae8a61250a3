import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { RingmainError } from "../core/errors.ts";
import type { Restriction } from "../db/authorizer.ts";

/** A record that belongs to the one asked about. */
export const linkedRecord = z.strictObject({
  ref: z.string().describe("Reference of the other record, e.g. DEAL-0031 or INV-2026-0042."),
  kind: z
    .string()
    .describe("What the newer record is to the older one, e.g. invoice, reservation, shipment."),
  direction: z
    .enum(["from", "to"])
    .describe("to: the other record came of this one. from: this one came of the other record."),
  server: z.string().describe("The server that made the connection, e.g. accounting."),
  linked_at: z.iso.datetime().describe("When they were linked."),
});
export type LinkedRecord = z.infer<typeof linkedRecord>;

/** What a record shows of its links. Spread into the output of a tool that reads one record. */
export const linksOutput = {
  links: z
    .array(linkedRecord)
    .describe("Records that belong to this one, in any server, the oldest first; at most 100."),
};

/** How a call's handler links records of any server. */
export interface CallLinks {
  /**
   * Says that `toRef` came of `fromRef`: `link("DEAL-0031", "INV-2026-0042", "invoice")`. The kind says what the newer
   * record is. The same link again changes nothing. Throws INPUT_INVALID for a reference that is none.
   */
  link(fromRef: string, toRef: string, kind: string): Promise<void>;
  /** The links of a record, in both directions, the oldest first, at most 100. */
  links(ref: string): Promise<LinkedRecord[]>;
  /** Gives all links of one reference to another: a draft that got its number, a record merged into another. */
  moveLinks(fromRef: string, toRef: string): Promise<void>;
}

/** Within one call: until it has ended, whatever comes late does nothing. */
export interface LinksOfCall {
  now: Date;
  changed(table: string, id: string, version: number): void;
  ended?: () => boolean;
  /** Runs before links are read or written. */
  beforeUse?: () => void;
}

const reference = /^[A-Za-z0-9][\w./:-]{0,99}$/;
const kindName = /^[a-z][a-z0-9_]{0,39}$/;

/**
 * Prepares the statements over the shared `link` table on a server's connection, and gives each call its own access.
 * A handler's own SQL is refused there (`restrictToServer`), so these are the only way.
 */
export function linksOver(
  database: DatabaseSync,
  server: string,
  restriction: Pick<Restriction, "handlerRunning"> = { handlerRunning: false },
): (call: LinksOfCall) => CallLinks {
  const insert = database.prepare(
    "INSERT INTO link (from_ref, kind, to_ref, server, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const select = database.prepare(`
    SELECT to_ref AS ref, kind, 'to' AS direction, server, created_at FROM link WHERE from_ref = ?
    UNION ALL SELECT from_ref, kind, 'from', server, created_at FROM link WHERE to_ref = ?
    ORDER BY created_at, ref, kind LIMIT 100`);
  const outgoing = database.prepare(
    "SELECT kind, to_ref AS other, server, created_at FROM link WHERE from_ref = ?",
  );
  const incoming = database.prepare(
    "SELECT kind, from_ref AS other, server, created_at FROM link WHERE to_ref = ?",
  );
  const remove = database.prepare("DELETE FROM link WHERE from_ref = ? AND kind = ? AND to_ref = ?");

  /** Works with the kit's own rights; what it does is synchronous, so no handler runs meanwhile. */
  function asKit<Result>(work: () => Result): Result {
    const before = restriction.handlerRunning;
    restriction.handlerRunning = false;
    try {
      return work();
    } finally {
      restriction.handlerRunning = before;
    }
  }

  return ({ now, changed, ended = () => false, beforeUse = () => {} }) => {
    const put = (from: string, kind: string, to: string, by: string, at: string) => {
      if (from === to) return;
      const { changes } = insert.run(from, kind, to, by, at);
      if (changes > 0) changed("link", `${from} ${kind} ${to}`, 1);
    };
    const take = (from: string, kind: string, to: string) => {
      remove.run(from, kind, to);
      changed("link", `${from} ${kind} ${to}`, 0);
    };
    /** Never answers once the call has ended, as its queries do not. */
    const within = async <Result>(work: () => Result): Promise<Result> => {
      if (ended()) return new Promise<never>(() => {});
      beforeUse();
      return asKit(work);
    };

    return {
      async link(fromRef, toRef, kind) {
        checkReference(fromRef);
        checkReference(toRef);
        if (!kindName.test(kind)) throw new TypeError(`"${kind}" cannot be the kind of a link`);
        await within(() => put(fromRef, kind, toRef, server, now.toISOString()));
      },
      links: (ref) =>
        within(() =>
          select.all(ref, ref).map((row) => ({
            ref: String(row.ref),
            kind: String(row.kind),
            direction: row.direction === "to" ? "to" : "from",
            server: String(row.server),
            linked_at: String(row.created_at),
          })),
        ),
      async moveLinks(fromRef, toRef) {
        checkReference(toRef);
        await within(() => {
          for (const { kind, other, server: by, created_at } of outgoing.all(fromRef)) {
            take(fromRef, String(kind), String(other));
            put(toRef, String(kind), String(other), String(by), String(created_at));
          }
          for (const { kind, other, server: by, created_at } of incoming.all(fromRef)) {
            take(String(other), String(kind), fromRef);
            put(String(other), String(kind), toRef, String(by), String(created_at));
          }
        });
      },
    };
  };
}

function checkReference(ref: string): void {
  if (reference.test(ref)) return;
  throw new RingmainError("INPUT_INVALID", "A record to be linked is named by its reference.", {
    hint: "References look like DEAL-0031 or INV-2026-0042: letters, digits and . / : _ -.",
  });
}
