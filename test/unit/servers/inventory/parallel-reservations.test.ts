import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { definition } from "../../../../servers/inventory/definition.ts";
import type { ReservationRecord } from "../../../../servers/inventory/records.ts";
import type { InventoryTables } from "../../../../servers/inventory/store/tables.ts";
import { RingmainError } from "../../../../src/core/errors.ts";
import { newId } from "../../../../src/core/ids.ts";
import { kyselyOver } from "../../../../src/db/kysely.ts";
import { migrate } from "../../../../src/db/migrate.ts";
import { openSqlite } from "../../../../src/db/sqlite.ts";
import { transact } from "../../../../src/db/transaction.ts";
import { linksOver } from "../../../../src/kit/links.ts";
import { kitMigrations } from "../../../../src/kit/migrations.ts";
import { propertyRuns, propertyTimeout } from "../../../helpers/property-runs.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Several connections to one database file; their calls interleave as those of several processes do. */
async function openConnections(count: number) {
  const folder = mkdtempSync(join(tmpdir(), "inventory-"));
  folders.push(folder);
  const now = new Date("2026-11-02T08:00:00Z");
  const databases = Array.from({ length: count }, () =>
    openSqlite({ path: join(folder, "stock.db"), synchronous: "normal" }),
  );
  const [first] = databases;
  if (first === undefined) throw new Error("there is a connection");
  await migrate(first, "kit", kitMigrations, now);
  await migrate(first, "inventory", definition.migrations, now);
  const callers = databases.map((database) => {
    const db = kyselyOver<InventoryTables>(database);
    const linksOf = linksOver(database, "inventory");
    return async (name: string, args: Record<string, unknown>) => {
      const tool = definition.tools.find((candidate) => candidate.name === name);
      if (tool === undefined) throw new Error(`there is no tool ${name}`);
      const changed = () => {};
      const call = {
        db,
        now,
        principal: "user:test",
        newId,
        hides: () => false,
        changed,
        ...linksOf({ now, changed }),
      };
      return await transact(database, async () =>
        tool.output.parse(await tool.handler(tool.input.parse(args), definition.context(call))),
      );
    };
  });
  return {
    callers,
    close: () => {
      for (const database of databases) database.close();
    },
  };
}

test("however many reserve at once, they hold what there is and not one unit more", {
  timeout: propertyTimeout,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 20 }), allow_partial: fc.boolean() }), {
        minLength: 6,
        maxLength: 20,
      }),
      async (on_hand, wishes) => {
        const { callers, close } = await openConnections(4);
        const [first] = callers;
        if (first === undefined) throw new Error("there is a caller");
        const unit_cost = { minor: 100, currency: "EUR" };
        const opening = { location: "MAIN", on_hand };
        await first("upsert_item", { sku: "A", name: "A", unit_cost, opening });
        const held = async (call: (typeof callers)[number], index: number) => {
          const { quantity, allow_partial } = wishes[index] ?? { quantity: 1, allow_partial: true };
          const lines = [{ sku: "A", quantity }];
          try {
            const input = { reference: `D-${index}`, allow_partial, lines };
            return Number((await call("reserve_stock", input)).reserved_quantity);
          } catch (error) {
            if (!(error instanceof RingmainError) || error.code !== "STATE_INVALID") throw error;
            return 0;
          }
        };
        let total = 0;
        // in rounds, each of them all at once: left alone, one caller would be done before the next gets its turn
        for (let round = 0; round < wishes.length; round += callers.length) {
          const calling = callers.slice(0, wishes.length - round);
          const units = await Promise.all(calling.map((call, caller) => held(call, round + caller)));
          total += units.reduce((sum, one) => sum + one, 0);
        }
        expect(total).toBeLessThanOrEqual(on_hand);
        const stock = await first("get_stock", { sku: "A" });
        expect(stock).toMatchObject({ on_hand, reserved: total, available: on_hand - total });
        const asked = wishes.reduce((sum, { quantity }) => sum + quantity, 0);
        if (wishes.every((wish) => wish.allow_partial)) expect(total).toBe(Math.min(on_hand, asked));
        const { items } = await first("list_reservations", { limit: 100, status: ["active"] });
        const listed = Array.isArray(items) ? (items satisfies ReservationRecord[]) : [];
        expect(listed.reduce((sum, { reserved_quantity }) => sum + reserved_quantity, 0)).toBe(total);
        close();
      },
    ),
    propertyRuns(8),
  );
});
