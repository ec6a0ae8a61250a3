import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  addApprover,
  clearFailures,
  currentApprover,
  listApprovers,
  noteFailure,
  restsUntil,
  revokeApprover,
} from "../../../src/approval/approvers.ts";
import { findRequest } from "../../../src/approval/requests.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 2, 8, minutes));
let trail: Awaited<ReturnType<typeof temporaryTrail>>;
beforeEach(async () => {
  trail = await temporaryTrail();
  addApprover(trail.database, { id: "apk_1", principal: "user:maria", publicKey: "pem", now: at(0) });
});
afterEach(() => trail[Symbol.dispose]());

const maria = () => {
  const found = currentApprover(trail.database, "user:maria");
  if (found === undefined) throw new Error("no key");
  return found;
};
const fail = (...minutes: number[]) => {
  for (const minute of minutes) noteFailure(trail.database, maria(), at(minute));
};

describe("wrong passphrases", () => {
  it("keep a person from trying for ten minutes after five in a row", () => {
    fail(1, 2, 3, 4);
    expect(restsUntil(maria(), at(5))).toBeUndefined();
    fail(5);
    expect(restsUntil(maria(), at(5))).toEqual(at(15));
    expect(restsUntil(maria(), at(14))).toEqual(at(15));
    expect(restsUntil(maria(), at(15))).toBeUndefined();
  });

  it("are forgotten after a right one, and after ten minutes", () => {
    fail(1, 2, 3, 4);
    clearFailures(trail.database, maria());
    fail(5);
    expect(restsUntil(maria(), at(5))).toBeUndefined();
    fail(6, 7, 8, 30);
    expect(maria().failures).toBe(1);
  });
});

it("a person has one key at a time, and may have another once it is revoked", () => {
  const again = () =>
    addApprover(trail.database, { id: "apk_2", principal: "user:maria", publicKey: "pem2", now: at(9) });
  expect(again).toThrow(/UNIQUE/);
  expect(revokeApprover(trail.database, { principal: "user:maria", by: "user:joe", now: at(8) })).toBe(
    "apk_1",
  );
  expect(
    revokeApprover(trail.database, { principal: "user:maria", by: "user:joe", now: at(8) }),
  ).toBeUndefined();
  again();
  expect(listApprovers(trail.database).map(({ id, revokedBy }) => [id, revokedBy])).toEqual([
    ["apk_2", undefined],
    ["apk_1", "user:joe"],
  ]);
});

describe("a request is named by", () => {
  const ids = [
    "01a20000000000000000000000001111",
    "01a20000000000000000000000002222",
    "02b2000000000000000000000000abcd",
  ];
  beforeEach(() => {
    const insert = trail.database.prepare(
      `INSERT INTO approval_request (id, tool, principal, arguments_hash, facts_hash, asks, status, created_at,
         expires_at, requested_entry, version) VALUES (?, 'a.b', 'agent:a', '', '', '[]', 'pending', '', '', 1, 1)`,
    );
    for (const id of ids) insert.run(`apr_${id}`);
  });

  it.each([
    ["its id", `apr_${ids[0]}`, ids[0]],
    ["its end", "2222", ids[1]],
    ["its beginning", "apr_02b2", ids[2]],
    ["letters of either case", "ABCD", ids[2]],
  ])("%s", (_how, named, id) => {
    expect(findRequest(trail.database, named).id).toBe(`apr_${id}`);
  });

  it.each([
    ["01a2", "INPUT_INVALID", "several"],
    ["apr_", "INPUT_INVALID", "no id"],
    ["22", "INPUT_INVALID", "no id"],
    ["%%%%", "INPUT_INVALID", "no id"],
    ["____", "INPUT_INVALID", "no id"],
    ["3333", "NOT_FOUND", "no request"],
  ])("not by %s", (named, code, message) => {
    const refusal = expect.objectContaining({ code, message: expect.stringContaining(message) });
    expect(() => findRequest(trail.database, named)).toThrow(refusal);
  });
});
