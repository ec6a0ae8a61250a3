import { toolDefiner } from "../../src/kit/define-tool.ts";
import type { CrmContext } from "./store/context.ts";

/** Defines one tool of the CRM. */
export const defineTool = toolDefiner<CrmContext>();
