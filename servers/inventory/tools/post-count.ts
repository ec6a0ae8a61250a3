import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { locationCode, maxQuantity, responseFormat, sku, text } from "../fields.ts";
import { countRecord } from "../reports.ts";
import { planCount, postCount } from "../store/counts.ts";
import { requireLocation } from "../store/locations.ts";

export const postCountTool = defineTool({
  name: "post_count",
  title: "Post a stocktake",
  description:
    "Book what was counted at a location: on hand becomes the counted whole units, by one movement for each item " +
    "that differs. Use it after a stocktake, while nothing moves: the difference is to on hand at the time of the " +
    "call. Items that are not listed stay as they are. Posting the same count_id again books nothing and returns " +
    "what was booked, with duplicate_of. Refused when less was counted than reservations hold. Returns the " +
    "differences in whole units and their value in minor units.",
  effect: "update",
  input: z.strictObject({
    count_id: text(100).describe(
      "Your own id of this count, e.g. COUNT-2026-11-MAIN. One count is booked once.",
    ),
    location: locationCode,
    reason: text(500).optional().describe("Why, for whoever reads the ledger later, e.g. Yearly stocktake."),
    lines: z
      .array(
        z.strictObject({
          sku,
          counted: z.int().min(0).max(maxQuantity).describe("Whole units that are there; 0 for none."),
        }),
      )
      .min(1)
      .max(1000)
      .describe("What was counted, each SKU once."),
    ...responseFormat("concise returns the lines with a difference only, detailed all lines."),
  }),
  output: countRecord,
  facts: z.strictObject({
    location: z.string(),
    line_count: z.int(),
    missing: z.int().describe("Units that the count takes away."),
    found: z.int().describe("Units that the count adds."),
  }),
  async resource({ location: code, lines }, call) {
    const location = await requireLocation(call, code);
    const differences = (await planCount(call, location, lines)).map((line) => line.counted - line.expected);
    const total = (sign: 1 | -1) =>
      differences.reduce((units, difference) => units + Math.max(0, sign * difference), 0);
    return { location: location.code, line_count: lines.length, missing: total(-1), found: total(1) };
  },
  async handler({ response_format, ...input }, call) {
    const count = await postCount(call, input);
    if (response_format === "detailed") return count;
    return { ...count, lines: count.lines.filter((line) => line.difference !== 0) };
  },
});
