import { definition as accounting } from "../../servers/accounting/definition.ts";
import { definition as crm } from "../../servers/crm/definition.ts";
import { definition as inventory } from "../../servers/inventory/definition.ts";

/** The servers that come with Ringmain, in the order of the document. */
export const definitions = [crm, accounting, inventory] as const;
