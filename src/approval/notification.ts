import type { DatabaseSync } from "node:sqlite";
import { callWords } from "../core/call-words.ts";
import { newId } from "../core/ids.ts";
import { type ApprovalRequest, rolesAsked } from "./request.ts";
import type { RequestDetail } from "./request-store.ts";

/** A message that tells people of a request. */
export interface Notification {
  id: string;
  to: string;
  subject: string;
  body: string;
}

/** The messages about a new request, one to each address that is configured for a role that it asks. */
export function notificationsOf(options: {
  request: Pick<
    ApprovalRequest,
    "id" | "tool" | "principal" | "run" | "startedBy" | "asks" | "createdAt" | "expiresAt"
  >;
  detail: RequestDetail;
  notify: Readonly<Record<string, string>>;
}): Notification[] {
  const { request, detail, notify } = options;
  const roles = rolesAsked(request.asks);
  const addresses = new Set(
    roles.flatMap((role) => (Object.hasOwn(notify, role) ? (notify[role] ?? []) : [])),
  );
  if (addresses.size === 0) return [];
  const { id, tool, principal, run, startedBy, asks, expiresAt } = request;
  const ofRun = run === undefined ? "" : ` in the run ${run}${startedBy && `, which ${startedBy} started`}`;
  const lines = [
    `${principal} asks to call ${tool}${ofRun}.`,
    `It needs the approval of ${roles.join(" and ")}:`,
    ...asks.map(({ policy, place, role }) => `  ${policy} (${place}) asks ${role}`),
    "",
    ...listed("What it is about", callWords(JSON.parse(detail.facts))),
    ...listed("What would come of it", callWords(JSON.parse(detail.result))),
    "To decide, look at it in full and answer in a terminal, with your own passphrase:",
    `  ringmain approvals show ${id}`,
    `  ringmain approvals approve ${id}`,
    `  ringmain approvals reject ${id} --reason "…"`,
    "",
    `Without an answer it expires at ${expiresAt.slice(0, 16).replace("T", " ")} UTC.`,
  ];
  const subject = `Approval asked: ${tool} by ${principal}`;
  return [...addresses].map((to) => ({ id: newId("msg"), to, subject, body: `${lines.join("\n")}\n` }));
}

function listed(heading: string, words: readonly string[]): string[] {
  return words.length === 0 ? [] : [`${heading}:`, ...words.map((line) => `  ${line}`), ""];
}

/** Prepares the writing of messages into the outbox of the kit, in the transaction of the request. */
export function notificationWriter(database: DatabaseSync) {
  const insert = database.prepare(
    `INSERT INTO approval_outbox (id, request, status, recipient, subject, body, attempts, version, created_at, updated_at)
     VALUES (?, ?, 'queued', ?, ?, ?, 0, 1, ?, ?)`,
  );
  return ({ id, to, subject, body }: Notification, request: string, now: Date): void => {
    const at = now.toISOString();
    insert.run(id, request, to, subject, body, at, at);
  };
}
