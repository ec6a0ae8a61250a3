import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { ownerRecord } from "../records.ts";
import { listOwners, showOwner } from "../store/owners.ts";

export const listOwnersTool = defineTool({
  name: "list_owners",
  title: "List owners",
  description:
    "List the people who own companies, leads and deals and get tasks, with their ids, by name. All of them in " +
    "one answer.",
  effect: "read",
  input: z.strictObject({}),
  output: z.strictObject({ items: z.array(ownerRecord) }),
  async handler(_input, call) {
    return { items: (await listOwners(call)).map(showOwner) };
  },
});
