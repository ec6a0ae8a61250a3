import { toolDefiner } from "../../src/kit/define-tool.ts";
import type { AccountingContext } from "./store/context.ts";

/** Defines one tool of this server. */
export const defineTool = toolDefiner<AccountingContext>();
