import { RingmainError } from "../../../src/core/errors.ts";
import { account } from "./accounts.ts";
import { divideAmong, toBase } from "./base-amounts.ts";
import type { AccountingContext } from "./context.ts";
import { conversionFor } from "./exchange-rates.ts";
import { postEntry } from "./ledger.ts";
import type { InvoiceRow, InvoiceState } from "./tables.ts";

/**
 * Posts a draft: its number, days and amounts are final, and the ledger gets its entry (debit receivables, credit
 * income and tax) on the invoice day. Throws STATE_INVALID for an invoice of zero, which there is nothing to post
 * of, for a day in a closed period, and for a currency without a rate.
 */
export async function postDraft(
  context: AccountingContext,
  draft: Pick<InvoiceRow, "id" | "currency" | "total_minor">,
  posting: {
    number: string;
    issuedOn: string;
    dueOn: string;
    version: number;
    exchangeRate?: string | undefined;
  },
): Promise<void> {
  const { id, currency, total_minor: totalMinor } = draft;
  const { number, issuedOn, dueOn, version } = posting;
  if (totalMinor === 0) {
    throw new RingmainError("STATE_INVALID", "The total is zero, so there is nothing to post.", {
      hint: "Give a line a quantity and a price above zero.",
    });
  }
  const conversion = await conversionFor(context, { currency, day: issuedOn, given: posting.exchangeRate });
  const baseMinor = toBase(totalMinor, conversion);
  const credits = await creditsOf(context, id);
  const baseCredits = divideAmong(
    baseMinor,
    credits.map(({ minor }) => minor),
  );
  const entry = await postEntry(context, {
    kind: "invoice",
    entryOn: issuedOn,
    sourceId: id,
    memo: `Invoice ${number}`,
    postings: [
      { account: account.receivables, currency, minor: totalMinor, baseMinor },
      ...credits.map(({ account_id, minor }, index) => ({
        account: account_id,
        currency,
        minor: -minor,
        baseMinor: 0 - (baseCredits[index] ?? 0),
      })),
    ],
  });
  const posted: InvoiceState = "open";
  await context.db
    .updateTable("accounting_invoice")
    .set({
      number,
      state: posted,
      issued_on: issuedOn,
      due_on: dueOn,
      settleable_on: issuedOn,
      balance_minor: totalMinor,
      exchange_rate: conversion.rate,
      base_total_minor: baseMinor,
      base_balance_minor: baseMinor,
      entry_id: entry,
      posted_at: context.at,
      version,
      updated_at: context.at,
    })
    .where("id", "=", id)
    .execute();
  context.changed("accounting_invoice", id, version);
}

/** What an invoice credits to which income and tax accounts. */
async function creditsOf({ db }: AccountingContext, id: string) {
  const income = await db
    .selectFrom("accounting_invoice_line")
    .where("invoice_id", "=", id)
    .groupBy("account_id")
    .select(["account_id", ({ fn }) => fn.sum<number>("net_minor").as("minor")])
    .orderBy("account_id")
    .execute();
  const tax = await db
    .selectFrom("accounting_invoice_line as line")
    .innerJoin("accounting_tax_code as code", "code.id", "line.tax_code")
    .where("line.invoice_id", "=", id)
    .groupBy("code.account_id")
    .select(["code.account_id", ({ fn }) => fn.sum<number>("line.tax_minor").as("minor")])
    .orderBy("code.account_id")
    .execute();
  return [...income, ...tax];
}
