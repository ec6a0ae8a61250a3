import type { Migration } from "../../../src/db/migrate.ts";
import { catalogueTables } from "./0001/catalogue.ts";
import { costTables } from "./0001/costs.ts";
import { countTables } from "./0001/counts.ts";
import { ledgerTables } from "./0001/ledger.ts";
import { orderTables } from "./0001/orders.ts";
import { reservationTables } from "./0001/reservations.ts";

/**
 * The stock ledger. Movements and what they took from cost layers are append-only. Everything that is a sum of them
 * (levels, the totals of an item, costs by day) is kept by triggers, so that no code path can forget it. The guards
 * are the last line: the tools refuse earlier, with a message a caller can use.
 */
export const initial: Migration = {
  version: 1,
  name: "initial",
  sql: [catalogueTables, ledgerTables, costTables, reservationTables, orderTables, countTables].join("\n"),
};
