import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { defineTool } from "../define-tool.ts";
import { locationCode, quantity, sku, text } from "../fields.ts";
import { levelRecord } from "../records.ts";
import { requireItem } from "../store/items.ts";
import { requireLocation } from "../store/locations.ts";
import { recordMovement } from "../store/movements.ts";
import { readLevel } from "../store/stock.ts";

export const transferStockTool = defineTool({
  name: "transfer_stock",
  title: "Transfer stock",
  description:
    "Move units of an item from one location to another. Use it for goods that stay in the house; neither the " +
    "total on hand nor its value changes. Only available units move: reserved ones stay. Returns the transfer_id, " +
    "which is the document_id of its two movements, and both levels after it in whole units.",
  effect: "update",
  input: z.strictObject({
    sku,
    from: locationCode.describe("Code of the location the units leave."),
    to: locationCode.describe("Code of the location they go to."),
    quantity,
    reason: text(500).optional().describe("Why, for whoever reads the ledger later."),
  }),
  output: z.strictObject({
    transfer_id: z.string().describe("The document_id of both movements."),
    sku: z.string().describe("Stock keeping unit."),
    quantity: z.int().describe("Units that moved."),
    from: levelRecord.describe("Level at the location they left, after the transfer."),
    to: levelRecord.describe("Level at the location they went to, after the transfer."),
  }),
  facts: z.strictObject({ sku: z.string(), quantity: z.int(), from: z.string(), to: z.string() }),
  async resource({ sku, from, to, quantity }, call) {
    const item = await requireItem(call, sku);
    const [source, target] = [await requireLocation(call, from), await requireLocation(call, to)];
    return { sku: item.sku, quantity, from: source.code, to: target.code };
  },
  async handler({ sku, from, to, quantity, reason }, call) {
    const item = await requireItem(call, sku);
    const source = await requireLocation(call, from);
    const target = await requireLocation(call, to);
    if (source.id === target.id) {
      throw new RingmainError("INPUT_INVALID", `from and to are both ${source.code}.`, {
        hint: "Name two locations; list_locations shows them.",
      });
    }
    const transferId = call.newId("trf");
    const shared = { item, kind: "transfer", reason, documentId: transferId } as const;
    await recordMovement(call, { ...shared, location: source, quantity: -quantity });
    await recordMovement(call, { ...shared, location: target, quantity });
    return {
      transfer_id: transferId,
      sku: item.sku,
      quantity,
      from: await readLevel(call, item, source),
      to: await readLevel(call, item, target),
    };
  },
});
