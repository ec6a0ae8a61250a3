import { z } from "zod";

export const requestStatuses = ["pending", "approved", "rejected", "used", "expired", "superseded"] as const;
export type RequestStatus = (typeof requestStatuses)[number];

/** A policy that wants a person's yes: whom it asks, and where it stands. */
export const ask = z.object({
  /** The role that `@approval` names. */
  role: z.string(),
  /** The policy's id. */
  policy: z.string(),
  /** `policies/limits.cedar:6` */
  place: z.string(),
});
export type Ask = z.infer<typeof ask>;

/** What tells one call from every other: an approval fits exactly one. */
export interface ExactCall {
  /** `server.tool` */
  tool: string;
  /** Who calls. */
  principal: string;
  /** The run on whose behalf. */
  run?: string | undefined;
  /** The idempotency key. */
  key?: string | undefined;
  /** SHA-256 of the canonical arguments, in hex. */
  argumentsHash: string;
  /** SHA-256 of the facts and of the versions of the records, in hex (facts-version.ts). */
  factsHash: string;
}

/** A question to people about one exact call. */
export interface ApprovalRequest extends ExactCall {
  id: string;
  /** Who started the run. */
  startedBy?: string | undefined;
  asks: readonly Ask[];
  /** As it stands in the row; `standingOf` looks at the clock too. */
  status: RequestStatus;
  /** RFC 3339, UTC. */
  createdAt: string;
  expiresAt: string;
  /** The entry of the call that asked. */
  requestedEntry: number;
  /** The entry of the call that it let through. */
  usedEntry?: number | undefined;
  version: number;
}

const optional = z
  .string()
  .nullable()
  .transform((text) => text ?? undefined);

const requestRow = z
  .object({
    id: z.string(),
    tool: z.string(),
    principal: z.string(),
    run: optional,
    started_by: optional,
    key: optional,
    arguments_hash: z.string(),
    facts_hash: z.string(),
    asks: z.string().transform((text) => z.array(ask).parse(JSON.parse(text))),
    status: z.enum(requestStatuses),
    created_at: z.string(),
    expires_at: z.string(),
    requested_entry: z.int(),
    used_entry: z
      .int()
      .nullable()
      .transform((entry) => entry ?? undefined),
    version: z.int(),
  })
  .transform(
    (row): ApprovalRequest => ({
      id: row.id,
      tool: row.tool,
      principal: row.principal,
      run: row.run,
      startedBy: row.started_by,
      key: row.key,
      argumentsHash: row.arguments_hash,
      factsHash: row.facts_hash,
      asks: row.asks,
      status: row.status,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      requestedEntry: row.requested_entry,
      usedEntry: row.used_entry,
      version: row.version,
    }),
  );

/** Reads a row of `approval_request`. */
export function toRequest(row: Record<string, unknown> | undefined): ApprovalRequest | undefined {
  return row === undefined ? undefined : requestRow.parse(row);
}

/** How a request stands at an instant: one that nobody used in time has expired, whatever its row says. */
export function standingOf({ status, expiresAt }: ApprovalRequest, now: Date): RequestStatus {
  const open = status === "pending" || status === "approved";
  return open && expiresAt <= now.toISOString() ? "expired" : status;
}

/** The roles that are asked, each once. */
export function rolesAsked(asks: readonly Ask[]): string[] {
  return [...new Set(asks.map(({ role }) => role))];
}
