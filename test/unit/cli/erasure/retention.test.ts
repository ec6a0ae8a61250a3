import { statSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "vitest";
import { verifyTrail } from "../../../../src/audit/verify.ts";
import { createRetention } from "../../../../src/cli/erasure/start-retention.ts";
import { parseWorkspaceFile } from "../../../../src/core/workspace-file.ts";
import { erasableTrail } from "../../../fixtures/erasure/erasable-trail.ts";

function configOf(audit: string) {
  const { value } = parseWorkspaceFile(`name: Test\naudit: { ${audit} }\n`);
  if (value === undefined) throw new Error("the configuration has a fault");
  return value;
}

it("erases a batch a beat until none is left, then looks once an hour, and empties the log", async () => {
  using trail = await erasableTrail();
  await trail.record(
    ...Array.from({ length: 500 }, () => ({
      draft: { time: "2026-01-01T00:00:00.000Z" },
      payload: { arguments: '{"note":"canary"}' },
    })),
  );
  const told: number[] = [];
  const tick = createRetention(
    { config: configOf("keep_payloads: 30d"), databasePath: trail.path, stateDir: dirname(trail.path) },
    { erased: ({ payloads }) => void told.push(payloads) },
  );
  const at = (time: string) => tick(new Date(time));
  await at("2026-01-30T00:00:00.000Z");
  expect(told).toEqual([]);
  await at("2026-02-01T00:00:00.000Z");
  expect(told).toEqual([400]);
  await at("2026-02-01T00:00:01.000Z");
  expect(told).toEqual([400, 100]);
  expect(statSync(`${trail.path}-wal`).size).toBe(0);
  expect(verifyTrail(trail.database)).toMatchObject({ erased: 500, faults: [] });

  await trail.record({ draft: { time: "2026-01-01T00:00:00.000Z" }, payload: { arguments: "{}" } });
  await at("2026-02-01T00:30:00.000Z");
  expect(told).toEqual([400, 100]);
  // the notes of what was erased hold nothing, and are not old enough
  await at("2026-02-01T01:00:01.000Z");
  expect(told).toEqual([400, 100, 1]);
});

it("keeps everything where ringmain.yaml does not say for how long", async () => {
  using trail = await erasableTrail();
  await trail.record({ payload: { arguments: "{}" } });
  const tick = createRetention(
    { config: configOf(""), databasePath: trail.path, stateDir: dirname(trail.path) },
    { erased: () => expect.fail("something was erased") },
  );
  await tick(new Date("2999-01-01T00:00:00.000Z"));
});
