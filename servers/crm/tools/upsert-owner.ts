import { z } from "zod";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import { email, expectedVersion, line } from "../fields.ts";
import { ownerRecord, personStatuses } from "../records.ts";
import { emailKey } from "../store/domains.ts";
import { saveOwner, showOwner } from "../store/owners.ts";

export const upsertOwnerTool = defineTool({
  name: "upsert_owner",
  title: "Add or update an owner",
  description:
    "Add a person of your own firm who owns records and gets tasks, or update the one with the same email. Use it " +
    "when somebody joins, leaves (status archived) or changes their name; people of other firms are contacts " +
    "(upsert_contact). Safe to repeat. Returns the owner and whether it was created.",
  effect: "update",
  input: z.strictObject({
    name: mark(line(200), "personal").describe("Name of the person."),
    email: email.describe("Email address of the person; the one by which an owner is known."),
    status: z
      .enum(personStatuses)
      .default("active")
      .describe("archived: keeps what the person has, and gets no new work."),
    expected_version: expectedVersion,
  }),
  output: ownerRecord.extend({ created: z.boolean().describe("Whether the owner is new.") }),
  async handler({ expected_version, email, ...fields }, call) {
    const owner = { ...fields, email: emailKey(email) };
    const { row, created } = await saveOwner(call, owner, expected_version);
    return { ...showOwner(row), created };
  },
});
