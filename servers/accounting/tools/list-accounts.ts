import { z } from "zod";
import { page, pageInput } from "../../../src/kit/pages.ts";
import { defineTool } from "../define-tool.ts";
import { accountRecord, accountType } from "../fields.ts";
import { accountView, listAccounts as listPage } from "../store/accounts.ts";

export const listAccounts = defineTool({
  name: "list_accounts",
  title: "List accounts",
  description:
    "List the chart of accounts by code, with the type of each. Use it to find the account for post_journal or " +
    "for the lines of an invoice; report trial_balance shows the balances. Returns one page; follow next_cursor " +
    "for the rest.",
  effect: "read",
  input: z.strictObject({
    type: z.array(accountType).min(1).optional().describe("Any of these; leave out for all."),
    ...pageInput,
  }),
  output: page(accountRecord),
  async handler(input, context) {
    const { rows, nextCursor } = await listPage(context, input);
    return { items: rows.map(accountView), next_cursor: nextCursor };
  },
});
