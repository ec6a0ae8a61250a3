import { z } from "zod";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { ownerRecord, personStatuses } from "../records.ts";
import { ownersPage } from "../store/owners.ts";

export const listOwnersTool = defineTool({
  name: "list_owners",
  title: "List owners",
  description:
    "List the people of your own firm who own companies, leads and deals and get tasks, by name. Use it to find the " +
    "id that owner_id and assignee_id of other tools take. Returns one page; follow next_cursor for the rest.",
  effect: "read",
  input: z.strictObject({
    status: z
      .array(z.enum(personStatuses))
      .max(2)
      .default([])
      .describe("Only these statuses: active owners get new work, archived ones do not. Empty for all."),
    ...pageInput,
  }),
  output: page(ownerRecord),
  handler: (input, call) => ownersPage(call, input),
});
