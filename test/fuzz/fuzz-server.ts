import type { DatabaseSync } from "node:sqlite";
import { inspect } from "node:util";
import fc from "fast-check";
import { expect } from "vitest";
import { uriTemplate } from "../../src/kit/uri-template.ts";
import { argumentsOf } from "./arguments-of.ts";
import { callHarmlessly, expectPublic } from "./expect-harmless.ts";
import { hostileText, hostileValue } from "./hostile-values.ts";
import { type KnownValues, readKnownValues } from "./known-values.ts";
import type { Watched, WatchedCall } from "./open-watched.ts";

/** What the schemas of a server do not tell. */
export interface FuzzPlan {
  /** Arguments that mean a column of another name. */
  aliases?: Readonly<Record<string, string>>;
  /** By tool, arguments that it is likely to accept as the store stands. */
  meant?: Readonly<Record<string, (reader: DatabaseSync) => fc.Arbitrary<unknown>>>;
}

/** One of the texts that a query gives; a text that names nothing when it gives none. */
export function oneOf(reader: DatabaseSync, sql: string): fc.Arbitrary<string> {
  const texts = reader
    .prepare(sql)
    .all()
    .map((row) => String(Object.values(row)[0]));
  return fc.constantFrom(...(texts.length > 0 ? texts : ["none"]));
}

/** A failure is told with the seed of its round; the store has changed by then, so nothing is made smaller. */
const settings = { endOnFailure: true };

/** Rounds, each with the records that the round before has made. */
const rounds = 4;
const callsOfTool = 9;

const keys = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ key: hostileText }) },
  { weight: 1, arbitrary: fc.record({ once: hostileText }) },
);

/**
 * Calls every tool many times with arguments that are valid, mutated or hostile, one after the other. Returns how often
 * each tool did something and how often it refused.
 */
export async function fuzzTools(server: Watched, plan: FuzzPlan) {
  const outcomes: Record<string, Record<string, number>> = {};
  for (let round = 0; round < rounds; round += 1) {
    const known = readKnownValues(server.reader, server.name, plan.aliases);
    const calls = server.tools.map((tool) => callOf(server, tool, known, plan));
    await fc.assert(
      fc.asyncProperty(fc.tuple(...calls), async (each) => {
        for (const call of each) {
          const { error } = await callHarmlessly(server, call);
          const outcome = error?.code ?? "done";
          const ofTool = outcomes[call.name] ?? {};
          outcomes[call.name] = { ...ofTool, [outcome]: (ofTool[outcome] ?? 0) + 1 };
        }
      }),
      { ...settings, numRuns: callsOfTool },
    );
  }
  return outcomes;
}

/** The same calls, many at once: they share transactions. */
export async function fuzzTogether(server: Watched, plan: FuzzPlan) {
  const known = readKnownValues(server.reader, server.name, plan.aliases);
  const calls = fc.oneof(...server.tools.map((tool) => callOf(server, tool, known, plan)));
  await fc.assert(
    fc.asyncProperty(fc.array(calls, { minLength: 5, maxLength: 20 }), async (together) => {
      const answers = await Promise.all(together.map((call) => server.call(call)));
      for (const answer of answers) expectPublic(server, answer);
    }),
    { ...settings, numRuns: 30 },
  );
}

/** Reads every resource, list, prompt and completion with texts that are known, mutated or hostile. */
export async function fuzzViews(server: Watched) {
  const known = readKnownValues(server.reader, server.name);
  const texts = fc.oneof(hostileText, fc.constantFrom(...known("", "id")));
  const uris = fc.oneof(
    fc
      .tuple(fc.constantFrom(...server.templates.map(({ uri }) => uri)), texts)
      .map(([uri, text]) => uri.replace(/\{\w+\}/, () => percentEncoded(text))),
    texts,
  );
  const call = fc.constantFrom(...server.views).chain(({ name, input }) => {
    const members = Object.entries(input.shape).map(([member]) => {
      const value = member === "values" ? fc.record({ id: texts, number: texts, sku: texts }) : texts;
      return fc.tuple(
        fc.constant(member),
        fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: hostileValue }),
      );
    });
    const given = fc.subarray(members).chain((some) => fc.tuple(...some));
    return given.map((some) => shown({ name, isView: true, arguments: Object.fromEntries(some) }));
  });
  await fc.assert(
    fc.asyncProperty(call, (asked) => callHarmlessly(server, asked).then(() => {})),
    { ...settings, numRuns: 20 * server.views.length },
  );
  await fc.assert(
    fc.asyncProperty(uris, async (uri) => {
      for (const { name, uri: template } of server.templates) {
        const values = uriTemplate(template).match(uri);
        if (values !== undefined)
          await callHarmlessly(server, {
            name: `resource:${name}`,
            isView: true,
            arguments: { uri, values },
          });
      }
    }),
    { ...settings, numRuns: 200 },
  );
}

/** The trail verifies, has one entry of each call and names every record as it is, and SQLite finds nothing wrong with the file. */
export function expectWhole({ reader, verify, verifyRecords, logged, calls }: Watched): void {
  expect(logged).toEqual([]);
  expect(verify()).toMatchObject({ faults: [], entries: calls() });
  expect(verifyRecords().faults).toEqual([]);
  expect(
    reader
      .prepare("PRAGMA integrity_check")
      .all()
      .map((row) => row.integrity_check),
  ).toEqual(["ok"]);
  expect(reader.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
}

function callOf(
  { reader }: Watched,
  { name, inputSchema }: Watched["tools"][number],
  known: KnownValues,
  { meant = {} }: FuzzPlan,
): fc.Arbitrary<WatchedCall> {
  const given = argumentsOf({ tool: name, schema: Object(inputSchema), known, meant: meant[name]?.(reader) });
  return fc.tuple(given, keys).map(([args, more]) => shown({ name, arguments: args, ...more }));
}

/** Gives a call a short text of itself, for the report of a failure. */
function shown(call: WatchedCall): WatchedCall {
  const text = () => inspect(call, { depth: 8, maxStringLength: 200, maxArrayLength: 20, breakLength: 120 });
  return Object.defineProperty(call, fc.toStringMethod, { value: text });
}

/** As a client may put it into a URI; what cannot be encoded stays as it is. */
function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}
