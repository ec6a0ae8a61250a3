import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { businessDay, entryId, entryRecord, pastDay, reason } from "../fields.ts";
import { readEntry } from "../store/entry-view.ts";
import { requireEntry, reverseEntry as reverse } from "../store/reversals.ts";

export const reverseEntry = defineTool({
  name: "reverse_entry",
  title: "Reverse a journal entry",
  description:
    "Undo a journal entry or a write-off by posting its exact opposite, so that both together are zero in every " +
    "account. Use it for a wrong entry of post_journal or a write-off; invoices, payments and refunds are " +
    "corrected by create_credit_note and refund_payment instead. An entry is reversed once; a second time is " +
    "refused with duplicate_of. Reversing a write-off makes its invoice owe the amount again. Returns the " +
    "reversing entry; amounts are in minor units.",
  effect: "create",
  input: z.strictObject({
    entry_id: entryId.describe("Id of the entry, from report general_ledger or the tool that posted it."),
    entry_on: businessDay
      .optional()
      .describe(
        `Day of the reversal, in an open period, not before the entry and at most a year ahead; of a write-off: ${pastDay}. Default: today, or the entry's own day when that is later.`,
      ),
    reason: reason.describe("Why; it becomes part of the memo."),
  }),
  output: entryRecord,
  facts: z.strictObject({ kind: z.string() }),
  async resource({ entry_id }, context) {
    return { kind: (await requireEntry(context, entry_id)).kind };
  },
  async handler({ entry_id, entry_on, reason }, context) {
    const entry = await requireEntry(context, entry_id);
    return await readEntry(context, await reverse(context, { entry, day: entry_on, reason }));
  },
});
