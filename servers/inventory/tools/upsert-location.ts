import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, text } from "../fields.ts";
import { locationRecord } from "../records.ts";
import { upsertLocation } from "../store/locations.ts";

export const upsertLocationTool = defineTool({
  name: "upsert_location",
  title: "Add or rename a location",
  description:
    "Add a place where stock is kept, or rename the one with this code. Use it for a new warehouse or shop; every " +
    "business starts with MAIN. Returns the location and whether it was created.",
  effect: "update",
  input: z.strictObject({
    code: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, "must be letters, digits, _ and -")
      .describe("Short code, the key, e.g. QUAY; case does not matter."),
    name: text(100).describe("Name for people, e.g. Quayside store."),
    expected_version: expectedVersion,
  }),
  output: z.strictObject({ ...locationRecord.shape, created: z.boolean().describe("Whether it is new.") }),
  handler: (input, call) => upsertLocation(call, input),
});
