import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { locationRecord } from "../records.ts";
import { listLocations } from "../store/locations.ts";

export const listLocationsTool = defineTool({
  name: "list_locations",
  title: "List locations",
  description: "Every place where stock is kept, by code. Other tools take the code as location.",
  effect: "read",
  input: z.strictObject({}),
  output: z.strictObject({ items: z.array(locationRecord) }),
  handler: async (_, call) => ({ items: await listLocations(call) }),
});
