import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RowCall } from "../../../../src/cli/import/evaluate-row.ts";
import { importRows } from "../../../../src/cli/import/import-rows.ts";
import type { CsvRecord } from "../../../../src/cli/import/read-csv.ts";
import { type ErrorCode, RingmainError } from "../../../../src/core/errors.ts";

/** Rows of one field, their key; the header stands on line 1. */
async function* recordsOf(keys: readonly string[]): AsyncGenerator<CsvRecord> {
  for (const [index, key] of keys.entries()) yield { line: index + 2, fields: [key] };
}

const evaluate = ({ line, fields: [key = ""] }: CsvRecord): RowCall => ({ key, arguments: { line } });
const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`);
const fail = (code: ErrorCode) => Promise.reject(new RingmainError(code, `${code} it is`));
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("every row is called once; imported and unchanged are told apart", async () => {
  const called: string[] = [];
  const outcome = await importRows({
    records: recordsOf(keys(100)),
    evaluate,
    limit: 8,
    signal: new AbortController().signal,
    async call({ key }) {
      called.push(key);
      await turn();
      return { replayed: key.endsWith("7") };
    },
  });
  expect(called).toEqual(keys(100));
  expect(outcome).toEqual({ imported: 90, unchanged: 10, refused: 0, refusals: [] });
});

test("so many are in flight, and no more", async () => {
  let inFlight = 0;
  let most = 0;
  await importRows({
    records: recordsOf(keys(50)),
    evaluate,
    limit: 8,
    signal: new AbortController().signal,
    async call() {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await turn();
      inFlight -= 1;
      return { replayed: false };
    },
  });
  expect(most).toBe(8);
});

test("rows of one key are called one after the other, in the order of the file", async () => {
  const events: string[] = [];
  const outcome = await importRows({
    records: recordsOf(["a", "b", "a", "a"]),
    evaluate,
    limit: 8,
    signal: new AbortController().signal,
    async call({ key, arguments: { line } }) {
      events.push(`+${key}${line}`);
      await turn();
      events.push(`-${key}${line}`);
      if (line === 4) return fail("CONFLICT");
      return { replayed: line === 5 };
    },
  });
  expect(events.filter((event) => event.includes("a"))).toEqual(["+a2", "-a2", "+a4", "-a4", "+a5", "-a5"]);
  expect(outcome).toMatchObject({ imported: 2, unchanged: 1, refused: 1 });
});

test("refused rows are told in the order of the file, with line, code and fields", async () => {
  const outcome = await importRows({
    records: recordsOf(keys(6)),
    evaluate(record) {
      if (record.line === 6) throw new RingmainError("INPUT_INVALID", "ragged");
      return evaluate(record);
    },
    limit: 8,
    signal: new AbortController().signal,
    async call({ arguments: { line } }) {
      if (line === 3) {
        await turn();
        await turn();
        return fail("POLICY_DENIED");
      }
      return line === 5 ? fail("NOT_FOUND") : { replayed: false };
    },
  });
  expect(outcome.imported).toBe(3);
  expect(outcome.refusals.map(({ line, code, fields }) => [line, code, ...fields])).toEqual([
    [3, "POLICY_DENIED", "k1"],
    [5, "NOT_FOUND", "k3"],
    [6, "INPUT_INVALID", "k4"],
  ]);
});

test("a row whose stored result was erased is unchanged", async () => {
  const outcome = await importRows({
    records: recordsOf(["a"]),
    evaluate,
    limit: 8,
    signal: new AbortController().signal,
    call: () => fail("RESULT_ERASED"),
  });
  expect(outcome).toMatchObject({ imported: 0, unchanged: 1, refused: 0 });
});

test("a failure that is no row's own stops the import; what is in flight is waited for", async () => {
  const called: string[] = [];
  const outcome = await importRows({
    records: recordsOf(keys(100)),
    evaluate,
    limit: 4,
    signal: new AbortController().signal,
    async call({ key }) {
      called.push(key);
      if (key === "k20") return fail("SERVER_UNAVAILABLE");
      await turn();
      return { replayed: false };
    },
  });
  expect(outcome.stopped?.code).toBe("SERVER_UNAVAILABLE");
  expect(outcome.refused).toBe(0);
  expect(outcome.imported).toBe(called.length - 1);
  expect(called.length).toBeLessThan(30);
});

test("after an abort nothing new is called, and calls in flight are counted", async () => {
  const stop = new AbortController();
  const called: string[] = [];
  const outcome = await importRows({
    records: recordsOf(keys(100)),
    evaluate,
    limit: 4,
    signal: stop.signal,
    async call({ key }) {
      called.push(key);
      if (key === "k20") stop.abort();
      await turn();
      return { replayed: false };
    },
  });
  expect(outcome.imported).toBe(called.length);
  expect(called).toEqual(keys(called.length));
  expect(called.length).toBeLessThan(30);
});

test("a call that is given up after an abort is neither imported nor refused", async () => {
  const stop = new AbortController();
  const outcome = await importRows({
    records: recordsOf(keys(10)),
    evaluate,
    limit: 4,
    signal: stop.signal,
    async call({ key }) {
      if (key === "k3") stop.abort();
      await turn();
      stop.signal.throwIfAborted();
      return { replayed: false };
    },
  });
  expect(outcome).toEqual({ imported: 0, unchanged: 0, refused: 0, refusals: [] });
});

test("a bug is thrown, not told as a refused row", async () => {
  const outcome = importRows({
    records: recordsOf(keys(10)),
    evaluate,
    limit: 4,
    signal: new AbortController().signal,
    call: () => Promise.reject(new TypeError("a bug")),
  });
  await expect(outcome).rejects.toThrow("a bug");
});

test("a file that breaks off is thrown", async () => {
  async function* broken(): AsyncGenerator<CsvRecord> {
    yield* recordsOf(["a"]);
    throw new RingmainError("INPUT_INVALID", "no UTF-8");
  }
  const call = async () => ({ replayed: false });
  const signal = new AbortController().signal;
  await expect(importRows({ records: broken(), evaluate, limit: 4, signal, call })).rejects.toThrow(
    "no UTF-8",
  );
});

describe("whatever happens to the rows", () => {
  test("imported + unchanged + refused = rows", async () => {
    const fate = fc.constantFrom("done", "replayed", "CONFLICT", "INPUT_INVALID", "ragged");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        async (fates, limit) => {
          const progress: number[] = [];
          const outcome = await importRows({
            records: recordsOf(fates.map((_, index) => `k${index % 7}`)),
            evaluate(record) {
              if (fates[record.line - 2] === "ragged") throw new RingmainError("INPUT_INVALID", "ragged");
              return evaluate(record);
            },
            limit,
            signal: new AbortController().signal,
            async call({ arguments: { line } }) {
              const met = fates[Number(line) - 2];
              if (met === "CONFLICT" || met === "INPUT_INVALID") return fail(met);
              return { replayed: met === "replayed" };
            },
            onProgress: ({ imported, unchanged, refused }) => progress.push(imported + unchanged + refused),
          });
          const count = (wanted: string) => fates.filter((each) => each === wanted).length;
          expect(outcome.imported).toBe(count("done"));
          expect(outcome.unchanged).toBe(count("replayed"));
          expect(outcome.refused).toBe(fates.length - count("done") - count("replayed"));
          expect(outcome.refusals).toHaveLength(outcome.refused);
          expect(progress).toEqual(fates.map((_, index) => index + 1));
        },
      ),
      { numRuns: 50 },
    );
  });
});
