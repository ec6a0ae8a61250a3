import type { CallContext } from "../../../src/kit/define-tool.ts";
import type { InventoryTables } from "./tables.ts";

/** What every tool works with: the call itself. The store's functions take it as their first argument. */
export type InventoryContext = CallContext<InventoryTables>;
