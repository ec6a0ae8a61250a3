import { z } from "zod";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { locationRecord } from "../records.ts";
import { locationsPage } from "../store/locations.ts";

export const listLocationsTool = defineTool({
  name: "list_locations",
  title: "List locations",
  description:
    "Every place where stock is kept, by code. Use it to get the code that other tools take as location. Returns " +
    "one page; follow next_cursor for the rest.",
  effect: "read",
  input: z.strictObject(pageInput),
  output: page(locationRecord),
  handler: (input, call) => locationsPage(call, input),
});
