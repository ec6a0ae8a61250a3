import { sql } from "kysely";
import { decodeCursor } from "../../../src/kit/pages.ts";
import type { ValuationItem, ValuationTotal } from "../reports.ts";
import type { InventoryContext } from "./context.ts";
import { wholeMinor } from "./costing.ts";
import { type Page, takePage } from "./pages.ts";

export interface ValuationFilter {
  /** Through the end of this UTC day; the present when left out. */
  asOf?: string | undefined;
  itemId?: string | undefined;
  supplierId?: string | undefined;
}

/** The value of the stock by both methods, one total a currency, sorted by currency. */
export async function readTotals(call: InventoryContext, filter: ValuationFilter): Promise<ValuationTotal[]> {
  const rows = await selectValued(call, filter)
    .select((column) => [
      column.fn.countAll<number>().as("item_count"),
      // As text: what does not fit into a number must not become another one.
      sql<string>`cast(sum(${sqlOf(filter).fifo}) as text)`.as("fifo"),
      sql<string>`cast(sum(${sqlOf(filter).average}) as text)`.as("average"),
      sql<string>`cast(sum(${sqlOf(filter).book}) as text)`.as("book"),
    ])
    .groupBy("item.unit_cost_currency")
    .orderBy("item.unit_cost_currency")
    .execute();
  return rows.map(({ currency, item_count, fifo, average, book }) => ({
    currency,
    item_count,
    fifo_value: { minor: readMinor(fifo), currency },
    moving_average_value: { minor: readMinor(average), currency },
    book_value: { minor: readMinor(book), currency },
  }));
}

/** The items that make up the totals, by SKU: those with units or a value. */
export async function listValued(
  call: InventoryContext,
  filter: ValuationFilter,
  options: { limit: number; cursor?: string | undefined },
): Promise<Page<ValuationItem>> {
  const { fifo, average, onHand } = sqlOf(filter);
  let query = selectValued(call, filter)
    .select(["item.id", "item.sku", "item.name", "item.unit", "item.costing_method"])
    .select([onHand.as("on_hand"), fifo.as("fifo"), average.as("average")])
    .orderBy("item.sku")
    .limit(options.limit + 1);
  if (options.cursor !== undefined) {
    const [sku] = decodeCursor("valuation", options.cursor, 1).map(String);
    query = query.where("item.sku", ">", sku ?? "");
  }
  return takePage(
    "valuation",
    await query.execute(),
    options.limit,
    ({ id, sku, name, unit, costing_method, on_hand, fifo, average, currency }) => ({
      id,
      sku,
      name,
      unit,
      costing_method,
      on_hand,
      fifo_value: { minor: fifo, currency },
      moving_average_value: { minor: average, currency },
      book_value: { minor: costing_method === "fifo" ? fifo : average, currency },
    }),
    (row) => [row.sku],
  );
}

/**
 * The present stands on the items themselves. A past day is the last movement of each item up to its end: one seek
 * an item in the index of (item, instant, sequence), whatever the number of movements.
 */
function sqlOf({ asOf }: ValuationFilter) {
  const [onHand, fifo, average] =
    asOf === undefined
      ? (["item.on_hand", "item.fifo_value_minor", "item.average_value_minor"] as const)
      : (["last.on_hand_after", "last.fifo_value_after", "last.average_value_after"] as const);
  return {
    onHand: sql<number>`${sql.ref(onHand)}`,
    fifo: sql<number>`${sql.ref(fifo)}`,
    average: sql<number>`${sql.ref(average)}`,
    book: sql<number>`case item.costing_method when 'fifo' then ${sql.ref(fifo)} else ${sql.ref(average)} end`,
  };
}

function selectValued(call: InventoryContext, filter: ValuationFilter) {
  const { onHand, fifo, average } = sqlOf(filter);
  const { asOf, itemId, supplierId } = filter;
  return call.db
    .selectFrom("inventory_item as item")
    .select("item.unit_cost_currency as currency")
    .where(sql<boolean>`(${onHand} <> 0 or ${fifo} <> 0 or ${average} <> 0)`)
    .$if(asOf !== undefined, (query) =>
      query.innerJoin("inventory_movement as last", (join) =>
        join.on(sql<boolean>`last.sequence = (select sequence from inventory_movement
          where item_id = item.id and occurred_at < ${`${asOf}T24`} order by occurred_at desc, sequence desc limit 1)`),
      ),
    )
    .$if(itemId !== undefined, (query) => query.where("item.id", "=", itemId ?? ""))
    .$if(supplierId !== undefined, (query) => query.where("item.supplier_id", "=", supplierId ?? ""));
}

function readMinor(text: string): number {
  return wholeMinor(Number(text));
}
