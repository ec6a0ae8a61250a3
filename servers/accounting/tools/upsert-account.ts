import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { accountId, accountRecord, accountType, expectedVersion, lineOfText } from "../fields.ts";
import { accountView, upsertAccount as upsert } from "../store/accounts.ts";

export const upsertAccount = defineTool({
  name: "upsert_account",
  title: "Create or rename an account",
  description:
    "Make a ledger account in the chart, or rename the one that has the code. Use it when no account of " +
    "list_accounts fits. Its code and type never change. Input that changes nothing keeps the version. Returns " +
    "the account and whether it was created.",
  effect: "update",
  input: z.strictObject({
    id: accountId.describe("Account code, e.g. 5200."),
    name: lineOfText(100).describe("Name in reports, e.g. Rent."),
    type: accountType.optional().describe("Required for a new account."),
    expected_version: expectedVersion,
  }),
  output: accountRecord.extend({ created: z.boolean().describe("Whether the account is new.") }),
  async handler({ id, name, type, expected_version }, context) {
    const { row, created } = await upsert(context, { id, name, type, expectedVersion: expected_version });
    return { ...accountView(row), created };
  },
});
