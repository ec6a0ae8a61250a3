import { RingmainError } from "../../../src/core/errors.ts";
import type { Money } from "../../../src/kit/fields.ts";
import { formerTexts } from "./aliases.ts";
import type { CrmContext } from "./context.ts";
import { dealAmount } from "./deal-amount.ts";
import { type DealLine, findOpenDeal, getDeal, insertDealLines } from "./deals.ts";
import { contactOf } from "./new-deal.ts";
import { getActiveOwner } from "./owners.ts";
import { searchColumns } from "./search-text.ts";
import type { DealRow } from "./tables.ts";

export const clearableDealFields = ["contact_id", "expected_close_on", "lines"] as const;

export interface DealChange {
  name?: string | undefined;
  contact_id?: string | undefined;
  owner_id?: string | undefined;
  lines?: readonly DealLine[] | undefined;
  amount?: Money | undefined;
  expected_close_on?: string | undefined;
  clear: readonly (typeof clearableDealFields)[number][];
}

/**
 * Writes what differs; a deal that already is as the caller says keeps its version. Throws STATE_INVALID for the
 * value of a closed deal, INPUT_INVALID for what does not fit together, CONFLICT for another open deal's name.
 */
export async function updateDeal(call: CrmContext, deal: DealRow, change: DealChange): Promise<void> {
  const { clear } = change;
  const before = await getDeal(call, deal.id);
  const value = nextValue(deal, before.lines, change);
  if (deal.status !== "open" && JSON.stringify(value) !== JSON.stringify(currentValue(deal, before.lines))) {
    throw new RingmainError(
      "STATE_INVALID",
      `${deal.ref} is ${deal.status}: what it is worth stays as it is.`,
      {
        hint: "To change it, open the deal again with move_deal_stage and reopen: true.",
      },
    );
  }
  if (change.name !== undefined && deal.status === "open") await refuseTakenName(call, deal, change.name);
  const next = {
    name: change.name ?? deal.name,
    contact_id: clear.includes("contact_id")
      ? null
      : change.contact_id === undefined
        ? deal.contact_id
        : await contactOf(call, deal.company_id, change.contact_id),
    owner_id: change.owner_id ?? deal.owner_id,
    expected_close_on: clear.includes("expected_close_on")
      ? null
      : (change.expected_close_on ?? deal.expected_close_on),
    amount_minor: value.amount.minor,
    currency: value.amount.currency,
  };
  if (next.owner_id !== deal.owner_id) await getActiveOwner(call, next.owner_id);
  const sameLines = JSON.stringify(value.lines) === JSON.stringify(before.lines);
  if (sameLines && JSON.stringify({ ...deal, ...next }) === JSON.stringify(deal)) return;
  if (!sameLines) {
    await call.db.deleteFrom("crm_deal_line").where("deal_id", "=", deal.id).execute();
    await insertDealLines(call, deal.id, value.lines);
  }
  const version = deal.version + 1;
  await call.db
    .updateTable("crm_deal")
    .set({
      ...next,
      ...searchColumns(next.name, deal.ref, ...(await formerTexts(call, deal.id))),
      version,
      updated_at: call.now.toISOString(),
    })
    .where("id", "=", deal.id)
    .execute();
  call.changed("crm_deal", deal.id, version);
}

interface Value {
  lines: DealLine[];
  amount: Money;
}

function currentValue(deal: DealRow, lines: readonly DealLine[]): Value {
  return {
    lines: lines.map(inOrder),
    amount: { minor: deal.amount_minor, currency: deal.currency },
  };
}

/** What the deal is worth after the change: an amount alone cannot stand beside lines. */
function nextValue(deal: DealRow, before: readonly DealLine[], change: DealChange): Value {
  const { lines, amount, clear } = change;
  if (lines === undefined && amount === undefined && !clear.includes("lines"))
    return currentValue(deal, before);
  if (clear.includes("lines")) {
    if (lines !== undefined) {
      throw new RingmainError("INPUT_INVALID", "lines cannot be set and cleared at once.", {
        hint: "Pass lines to replace all of them, or clear with lines and an amount.",
      });
    }
    const left = amount ?? { minor: deal.amount_minor, currency: deal.currency };
    return { lines: [], amount: dealAmount([], left) };
  }
  if (lines === undefined && before.length > 0) {
    throw new RingmainError("INPUT_INVALID", `${deal.ref} has lines: its amount is their sum.`, {
      hint: 'Pass lines to change it, or clear: ["lines"] together with amount.',
    });
  }
  const next = lines ?? [];
  return { lines: next.map(inOrder), amount: dealAmount(next, amount) };
}

/** A line with its members in one order, so that equal lines have equal text. */
function inOrder({ sku, description, quantity, unit_price: { minor, currency } }: DealLine): DealLine {
  return { sku, description, quantity, unit_price: { minor, currency } };
}

async function refuseTakenName(call: CrmContext, deal: DealRow, name: string): Promise<void> {
  const other = await findOpenDeal(call, deal.company_id, name, deal.id);
  if (other === undefined) return;
  throw new RingmainError("CONFLICT", `${other.ref} is an open deal of this company with this name.`, {
    hint: "Give this one another name, or make both one with merge_records.",
  });
}
