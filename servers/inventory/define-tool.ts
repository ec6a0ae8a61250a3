import { toolDefiner } from "../../src/kit/define-tool.ts";
import type { InventoryContext } from "./store/context.ts";

/** Defines one tool of the inventory server. */
export const defineTool = toolDefiner<InventoryContext>();
