import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { migrate } from "../../../../src/db/migrate.ts";
import { engineMigrations } from "../../../../src/engine/sqlite/migrations.ts";
import { createRunStore } from "../../../../src/engine/sqlite/run-store.ts";
import { planOf } from "../../../contract/engine-ring.ts";

const at = (second: number) => new Date(Date.UTC(2026, 10, 23, 8, 0, second));
const process = { pid: 1, startedAt: "1", host: "here" };
const leaseOf = (owner: string) => ({ owner, process, expiresAt: at(10) });

async function openStore() {
  const database = new DatabaseSync(":memory:");
  await migrate(database, "engine", engineMigrations, at(0));
  const store = createRunStore(database);
  const insert = (runId: string, plan = planOf([["one", "crm.one"]])) =>
    store.insert({ runId, plan, inputs: {}, startedBy: "user:maria" }, at(0), undefined);
  return { database, store, insert };
}

test("stores a plan once, however many runs have it", async () => {
  const { database, insert } = await openStore();
  for (let index = 0; index < 5; index += 1) insert(`run_${index}`);
  insert("run_x", planOf([["two", "crm.two"]]));
  expect(database.prepare("SELECT count(*) AS n FROM engine_plan").get()).toEqual({ n: 2 });
});

test("of two claims of the same row the second finds nothing", async () => {
  const { store, insert } = await openStore();
  insert("run_1");
  const row = store.get("run_1");
  expect(store.claim(row, leaseOf("a"), at(1))).toMatchObject({ epoch: 1, status: "running" });
  expect(store.claim(row, leaseOf("b"), at(1))).toBeUndefined();
  expect(store.get("run_1").lease_owner).toBe("a");
});

test("everything under an older epoch is refused", async () => {
  const { store, insert } = await openStore();
  insert("run_1");
  const first = store.claim(store.get("run_1"), leaseOf("a"), at(1));
  const second = store.claim(store.get("run_1"), leaseOf("b"), at(2));
  if (first === undefined || second === undefined) throw new Error("not claimed");
  expect(store.isHeld(first)).toBe(false);
  expect(store.renew({ id: "run_1", epoch: 1, activeMs: 5, expiresAt: at(20) })).toBe("lost");
  store.release({ id: "run_1", epoch: 1, activeMs: 5 });
  expect(store.finish(first, { status: "done", outputs: {}, at: at(3) })).toBeUndefined();
  expect(store.get("run_1")).toMatchObject({ status: "running", lease_owner: "b", active_ms: 0 });
  // The recorded start stays that of the first claim.
  expect(store.get("run_1").started_at).toEqual(at(1));
  expect(store.finish(second, { status: "done", outputs: {}, at: at(4) })?.finished_at).toEqual(at(4));
  expect(store.finish(second, { status: "cancelled", at: at(5) })).toBeUndefined();
  expect(store.get("run_1")).toMatchObject({ status: "done", lease_owner: null, lease_pid: null });
});

test("refuses a stored plan that was changed", async () => {
  const { database, store, insert } = await openStore();
  insert("run_1");
  database.exec("UPDATE engine_plan SET plan = replace(plan, 'crm.one', 'crm.delete_all')");
  const { plan_hash } = store.get("run_1");
  expect(() => store.plan(plan_hash)).toThrow(expect.objectContaining({ code: "STATE_INVALID" }));
});

test("finding work does not go through the runs that have ended", async () => {
  const { database } = await openStore();
  const steps = database
    .prepare(
      "EXPLAIN QUERY PLAN SELECT * FROM engine_run INDEXED BY engine_run_active WHERE status IN ('pending', 'running') AND lease_owner IS NOT ? ORDER BY number",
    )
    .all("a");
  expect(steps).toHaveLength(1);
  expect(steps[0]?.detail).toBe("SCAN engine_run USING INDEX engine_run_active");
});
