import type { DatabaseSync } from "node:sqlite";

/** A span of time in which one credential vouched for a principal. Times are RFC 3339, UTC; both ends included. */
interface Span {
  id: string;
  principal: string;
  from: string;
  /** Absent while it lasts. */
  until?: string | undefined;
}

/**
 * When each credential last vouched for a call, by its id. Looks at no more than the newest entries of the trail, since
 * no index leads to a principal's. Spans of one principal must not overlap.
 */
export function lastUses(
  database: DatabaseSync,
  spans: readonly Span[],
  newest: number,
): Map<string, string> {
  const found = new Map<string, string>();
  const principals = [...new Set(spans.map(({ principal }) => principal))];
  const rows = database
    .prepare(
      `SELECT principal, body ->> '$.time' AS time FROM audit_entry
       WHERE seq > (SELECT size FROM audit_tree) - ? AND principal IN (SELECT value FROM json_each(?))
         AND body ->> '$.verified_by' = 'credential' ORDER BY seq DESC`,
    )
    .iterate(newest, JSON.stringify(principals));
  for (const row of rows) {
    const time = String(row.time);
    const span = spans.find(
      ({ principal, from, until }) =>
        principal === row.principal && from <= time && (until === undefined || time <= until),
    );
    if (span !== undefined && !found.has(span.id)) found.set(span.id, time);
    if (found.size === spans.length) break;
  }
  return found;
}
