import { type ErrorCode, RingmainError } from "../../core/errors.ts";
import type { RowCall } from "./evaluate-row.ts";
import type { CsvRecord } from "./read-csv.ts";

/** A row that was not imported, and why. */
export interface Refusal {
  /** The line of the CSV file on which the row starts. */
  line: number;
  code: ErrorCode;
  message: string;
  hint?: string | undefined;
  fields: readonly string[];
}

export interface ImportCounts {
  /** Calls that were made now. */
  imported: number;
  /** Rows that an earlier import brought in just so. */
  unchanged: number;
  refused: number;
}

export interface ImportOutcome extends ImportCounts {
  /** In the order of the file. */
  refusals: Refusal[];
  /** What kept the import from going on: no row is to blame for it. */
  stopped?: RingmainError;
}

/** Failures that the next row would meet too. */
const stoppingCodes: ReadonlySet<ErrorCode> = new Set([
  "PAUSED",
  "LIMIT_EXCEEDED",
  "SERVER_UNAVAILABLE",
  "STORE_BUSY",
  "STORE_UNAVAILABLE",
  "TIMEOUT",
  "TOOL_CHANGED",
  "AUDIT_BROKEN",
  "RUN_CANCELLED",
]);

/**
 * Turns records into calls, so many at once. Rows are started in the order of the file and may overtake each other,
 * except rows of one key, which are made one after the other. After an abort, or a failure that is not a row's own,
 * nothing new is started and what is in flight is waited for; the rest is taken up by the next import of the file.
 */
export async function importRows(options: {
  records: AsyncIterable<CsvRecord>;
  /** Throws RingmainError for a record to refuse. */
  evaluate: (record: CsvRecord) => RowCall;
  /** Makes one call. Throws RingmainError. */
  call: (call: RowCall) => Promise<{ replayed: boolean }>;
  limit: number;
  signal: AbortSignal;
  onProgress?: (counts: ImportCounts) => void;
}): Promise<ImportOutcome> {
  const { evaluate, call, limit, signal, onProgress } = options;
  const counts: ImportCounts = { imported: 0, unchanged: 0, refused: 0 };
  const refusals: Refusal[] = [];
  const byKey = new Map<string, Promise<void>>();
  let stopped: RingmainError | undefined;
  let failure: { error: unknown } | undefined;
  const isOver = () => signal.aborted || stopped !== undefined || failure !== undefined;

  const settle = (record: CsvRecord, error: unknown): void => {
    if (!(error instanceof RingmainError)) throw error;
    const { code, message, hint } = error;
    if (code === "RESULT_ERASED") counts.unchanged += 1;
    else if (stoppingCodes.has(code)) stopped ??= error;
    else {
      counts.refused += 1;
      refusals.push({ ...record, code, message, hint });
    }
  };
  const importOne = async (record: CsvRecord): Promise<void> => {
    try {
      const row = evaluate(record);
      const { replayed } = await afterSameKey(byKey, row.key, () => call(row));
      counts[replayed ? "unchanged" : "imported"] += 1;
    } catch (error) {
      if (signal.aborted && error === signal.reason) return;
      settle(record, error);
    }
    onProgress?.(counts);
  };

  const records = options.records[Symbol.asyncIterator]();
  const work = async (): Promise<void> => {
    while (!isOver()) {
      const { done, value } = await records.next();
      // taken, but not started: the next import takes it up
      if (done || isOver()) return;
      await importOne(value);
    }
  };
  const guarded = () =>
    work().catch((error: unknown) => {
      failure ??= { error };
    });
  await Promise.all(Array.from({ length: limit }, guarded));
  await records.return?.();
  if (failure) throw failure.error;
  refusals.sort((a, b) => a.line - b.line);
  return { ...counts, refusals, ...(stopped && { stopped }) };
}

/** Does work after all that was begun before under the same key. */
async function afterSameKey<Result>(
  byKey: Map<string, Promise<void>>,
  key: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = byKey.get(key);
  const result = before === undefined ? work() : before.then(work);
  const ended = result.then(
    () => {},
    () => {},
  );
  byKey.set(key, ended);
  try {
    return await result;
  } finally {
    if (byKey.get(key) === ended) byKey.delete(key);
  }
}
