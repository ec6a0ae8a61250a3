import { definition } from "../../../../servers/inventory/definition.ts";
import { RingmainError } from "../../../../src/core/errors.ts";
import { restrict, tablesOf } from "../../../../src/db/authorizer.ts";
import { transact } from "../../../../src/db/transaction.ts";
import { toolHarness } from "../../../helpers/tool-harness.ts";

export type Inventory = Awaited<ReturnType<typeof openInventory>>;

/** The inventory server's tools in memory, confined to their own tables (and the shared links) as in the real server. */
export async function openInventory() {
  const harness = await toolHarness(definition);
  restrict(harness.database, { own: tablesOf(harness.database, "inventory"), shared: new Set(["link"]) });

  async function call<Result = Record<string, unknown>>(
    name: string,
    args: Record<string, unknown> = {},
  ): Promise<Result> {
    return (await harness.call(name, args)) as Result;
  }

  return {
    ...harness,
    call,
    /** Calls a tool that must refuse, and returns the refusal. */
    async refusal(name: string, args: Record<string, unknown>): Promise<RingmainError> {
      try {
        await harness.call(name, args);
      } catch (error) {
        if (error instanceof RingmainError) return error;
        throw error;
      }
      throw new Error(`${name} did not refuse`);
    },
    /** Follows the cursors of a list tool to its end. */
    async all<Item>(name: string, args: Record<string, unknown> = {}): Promise<Item[]> {
      const items: Item[] = [];
      let cursor: string | undefined;
      do {
        const page = await call<{ items: Item[]; next_cursor?: string }>(name, {
          ...args,
          ...(cursor !== undefined && { cursor }),
        });
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== undefined);
      return items;
    },
    tool(name: string) {
      const tool = definition.tools.find((candidate) => candidate.name === name);
      if (tool === undefined) throw new Error(`there is no tool ${name}`);
      return tool;
    },
    inTransaction: <T>(work: () => Promise<T>) => transact(harness.database, work),
    rows: (query: string) => harness.database.prepare(query).all(),
  };
}

/** A supplier, QUAY beside MAIN, and one item with stock at MAIN. */
export async function openStocked(onHand = 100) {
  const inventory = await openInventory();
  await inventory.call("upsert_location", { code: "QUAY", name: "Quayside shop" });
  const supplier = await inventory.call<{ id: string }>("upsert_supplier", {
    external_id: "S1",
    name: "Ropewerk",
    email: "orders@ropewerk.example",
  });
  await addItem(inventory, "ROPE-12", {
    supplier_id: supplier.id,
    opening: { location: "MAIN", on_hand: onHand },
  });
  return { inventory, supplierId: supplier.id };
}

export async function addItem(inventory: Inventory, sku: string, more: Record<string, unknown> = {}) {
  return inventory.call<{ id: string; version: number }>("upsert_item", {
    sku,
    name: `Item ${sku}`,
    unit_cost: { minor: 160, currency: "EUR" },
    ...more,
  });
}
