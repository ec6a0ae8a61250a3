import { expect, test } from "vitest";
import { openStocked } from "./inventory-harness.ts";

/** 100 in MAIN on 2 November; 30 lost on the 4th; 20 moved to QUAY on the 5th; 5 found at QUAY on the 10th. */
async function openFortnight() {
  const { inventory } = await openStocked(100);
  const adjust = (location: string, quantity: number) =>
    inventory.call("adjust_stock", { sku: "ROPE-12", location, quantity, reason: "x" });
  inventory.setNow("2026-11-04T23:59:59.999Z");
  await adjust("MAIN", -30);
  inventory.setNow("2026-11-05T00:00:00Z");
  await inventory.call("transfer_stock", { sku: "ROPE-12", from: "MAIN", to: "QUAY", quantity: 20 });
  inventory.setNow("2026-11-10T12:00:00Z");
  await adjust("QUAY", 5);
  const history = (args: object = {}) =>
    inventory.call<{ opening: number; closing: number; points: Record<string, unknown>[] }>("stock_history", {
      sku: "rope-12",
      ...args,
    });
  return { inventory, history };
}

test("thirty days until today, by day, when nothing is said", async () => {
  const { history } = await openFortnight();
  const { opening, closing, points } = await history();
  expect([opening, closing, points.length]).toEqual([0, 75, 30]);
  expect(points.at(-1)).toEqual({
    from: "2026-11-10",
    to: "2026-11-10",
    came_in: 5,
    went_out: 0,
    on_hand: 75,
  });
  expect(points.slice(-9).map((point) => point.on_hand)).toEqual([100, 100, 70, 70, 70, 70, 70, 70, 75]);
  expect(points.at(-6)).toMatchObject({ from: "2026-11-05", came_in: 0, went_out: 0 });
});

test("one location sees transfers", async () => {
  const { history } = await openFortnight();
  const { opening, points } = await history({ location: "QUAY", from: "2026-11-05", to: "2026-11-06" });
  expect([opening, points[0]]).toEqual([
    0,
    { from: "2026-11-05", to: "2026-11-05", came_in: 20, went_out: 0, on_hand: 20 },
  ]);
  expect(await history({ location: "MAIN", from: "2026-11-06", to: "2026-11-06" })).toMatchObject({
    opening: 50,
    closing: 50,
  });
});

test("weeks begin on Monday, months on the first, and both are cut at the days asked for", async () => {
  const { history } = await openFortnight();
  const weeks = await history({ interval: "week", from: "2026-11-04", to: "2026-11-10" });
  expect(weeks.opening).toBe(100);
  expect(weeks.points).toEqual([
    { from: "2026-11-04", to: "2026-11-08", came_in: 0, went_out: 30, on_hand: 70 },
    { from: "2026-11-09", to: "2026-11-10", came_in: 5, went_out: 0, on_hand: 75 },
  ]);
  const months = await history({ interval: "month", from: "2026-01-31", to: "2026-12-01" });
  expect(months.points).toHaveLength(12);
  expect(months.points[1]).toMatchObject({ from: "2026-02-01", to: "2026-02-28" });
  expect(months.points.at(-2)).toMatchObject({ came_in: 105, went_out: 30, on_hand: 75 });
});

test("wrong days and too many points are refused with a way out", async () => {
  const { inventory } = await openFortnight();
  const sku = "ROPE-12";
  expect(
    await inventory.refusal("stock_history", { sku, from: "2026-11-05", to: "2026-11-04" }),
  ).toMatchObject({ code: "INPUT_INVALID" });
  expect(
    await inventory.refusal("stock_history", { sku, from: "2025-01-01", to: "2026-11-04" }),
  ).toMatchObject({ code: "INPUT_INVALID", hint: expect.stringContaining("week or month") });
  expect(await inventory.call("stock_history", { sku, from: "9999-12-30", to: "9999-12-31" })).toMatchObject({
    closing: 75,
    points: [{ on_hand: 75 }, { on_hand: 75 }],
  });
  // 29 days before the first of all days there is none
  expect(await inventory.call("stock_history", { sku, to: "0000-01-01" })).toMatchObject({
    points: [{ from: "0000-01-01", to: "0000-01-01" }],
  });
  const far = { sku, from: "0001-01-01", to: "9999-12-31", interval: "month" };
  expect((await inventory.refusal("stock_history", far)).code).toBe("INPUT_INVALID");
});
