import { expect } from "vitest";
import type { Answer } from "../../src/kit/call.ts";
import type { Watched, WatchedCall } from "./open-watched.ts";

/** What wrong arguments may be answered with. */
const expectedCodes: readonly string[] = ["INPUT_INVALID", "NOT_FOUND", "CONFLICT", "STATE_INVALID"];

/** What only this program's inside would say; no hostile text contains any of it. */
const insides = [
  /\bsqlite|kysely/i,
  /\b(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|constraint failed|syntax error|no such (table|column))\b/i,
  /^ +at /m,
  /\.(ts|mjs|js):\d+|node_modules|file:\/\//,
  /\bundefined\b|\[object /,
  /(Type|Range|Syntax|URI|Zod)Error/,
];

/** The longest message or hint; a refusal may show the record that it is about. */
const longestText = 20_000;

/** Makes a call, and checks that it was done in whole or refused in whole, in words for its caller. */
export async function callHarmlessly(server: Watched, call: WatchedCall): Promise<Answer> {
  const before = server.changes();
  const answer = await server.call(call);
  expectPublic(server, answer);
  const changed = server.changes() - before;
  const tool = server.tools.find(({ name }) => name === call.name);
  const mayChange = answer.error === undefined && answer.replayed === undefined && tool?.effect !== "read";
  if (!mayChange || call.isView) expect(changed, "rows that changed").toBe(0);
  else if (changed > 0) expect(server.lastEntry()?.changed, "rows named in the entry").not.toEqual([]);
  if (mayChange && !call.isView)
    expect(isKeepable(call.arguments), "text that the store gives back").toBe(true);
  if (answer.error === undefined && !call.isView) {
    const result = server.outputOf(call.name)?.safeParse(JSON.parse(answer.result ?? "null"));
    expect(result?.error).toBeUndefined();
  }
  return answer;
}

/** Checks that an answer is a result or a refusal in words for its caller. */
export function expectPublic(server: Watched, { error }: Answer): void {
  if (error === undefined) return;
  expect(server.logged, "failures that are bugs").toEqual([]);
  expect(expectedCodes).toContain(error.code);
  for (const text of [error.message, error.hint ?? ""]) {
    expect(text.length, "length of what is told").toBeLessThanOrEqual(longestText);
    for (const inside of insides) expect(text).not.toMatch(inside);
    expect(text).not.toContain(server.dir);
  }
}

/** Whether a store gives all the texts of a value back as they came: no NUL, no half of a surrogate pair. */
function isKeepable(value: unknown): boolean {
  const text = JSON.stringify(value);
  return !/\\u0000|\\ud[89a-f]/.test(text);
}
