import { RingmainError } from "../../../src/core/errors.ts";

/**
 * Optimistic locking: throws CONFLICT, with the current record in the hint, when the caller read an older
 * version than the one stored. Without an expected version everything passes.
 */
export function requireVersion(options: {
  /** What the record is called, for instance `Item ROPE-12`. */
  name: string;
  record: { version: number };
  expected: number | undefined;
}): void {
  const { name, record, expected } = options;
  if (expected === undefined || expected === record.version) return;
  throw new RingmainError("CONFLICT", `${name} is at version ${record.version}, not ${expected}.`, {
    hint: `Somebody changed it. Decide again from the current record: ${JSON.stringify(record)}`,
    details: record,
  });
}
