import { expect, it } from "vitest";
import { lastUses } from "../../../src/audit/last-uses.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const at = (minute: number) => `2026-11-02T08:0${minute}:00.000Z`;
const used = (minute: number, more: object = {}) => ({
  time: at(minute),
  principal: "client:desk",
  verified_by: "credential",
  ...more,
});

it("each credential was last used by the newest call that it vouched for, within its own time", async () => {
  using trail = await temporaryTrail();
  await trail.append(
    used(1),
    used(2),
    used(4),
    used(5, { principal: "client:other" }),
    used(6, { verified_by: "none" }),
  );
  const spans = [
    { id: "old", principal: "client:desk", from: at(0), until: at(3) },
    { id: "new", principal: "client:desk", from: at(3) },
    { id: "never", principal: "client:third", from: at(0) },
  ];
  expect([...lastUses(trail.database, spans, 100)]).toEqual([
    ["new", at(4)],
    ["old", at(2)],
  ]);
  // only the newest entries are looked at
  expect([...lastUses(trail.database, spans, 3)]).toEqual([["new", at(4)]]);
  expect([...lastUses(trail.database, [], 100)]).toEqual([]);
});
