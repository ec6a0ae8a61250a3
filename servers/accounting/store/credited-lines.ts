import { RingmainError } from "../../../src/core/errors.ts";
import { divideAmong } from "./base-amounts.ts";
import type { AccountingContext } from "./context.ts";
import { roundedQuotient } from "./rounding.ts";
import type { InvoiceRow } from "./tables.ts";

/** What a credit note takes back of one line of the invoice. */
export interface CreditedLine {
  line: number;
  netMinor: number;
  taxMinor: number;
  incomeAccount: string;
  taxAccount: string;
}

/** A line of an invoice with what was credited of it before. */
interface CreditableLine {
  line: number;
  net_minor: number;
  tax_minor: number;
  account_id: string;
  tax_account: string;
  credited_net: number;
  credited_tax: number;
}

/**
 * Works out what is credited of each line: as asked by line, or an amount divided among the lines in proportion
 * to what is left of them, or (with neither) all that is left. Amounts include the tax. Throws STATE_INVALID for
 * more than is left, NOT_FOUND for a line that the invoice does not have, INPUT_INVALID for a line named twice.
 */
export async function creditedLines(
  context: AccountingContext,
  invoice: InvoiceRow,
  asked: {
    minor?: number | undefined;
    lines?: readonly { line: number; minor?: number | undefined }[] | undefined;
  },
): Promise<CreditedLine[]> {
  const lines = await creditable(context, invoice.id);
  const left = lines.map(leftOf);
  const total = left.reduce((sum, minor) => sum + minor, 0);
  if (total === 0) {
    throw new RingmainError("STATE_INVALID", `Invoice ${invoice.number} is credited in full already.`, {
      hint: "get_invoice shows its credit notes.",
    });
  }
  if (asked.lines !== undefined) return linesAsAsked(invoice, lines, asked.lines);
  const minor = asked.minor ?? total;
  refuseMore(minor, total, `Invoice ${invoice.number}`);
  const shares = divideAmong(minor, left);
  return lines.flatMap((line, index) => creditOf(line, shares[index] ?? 0));
}

function linesAsAsked(
  invoice: InvoiceRow,
  lines: readonly CreditableLine[],
  asked: readonly { line: number; minor?: number | undefined }[],
): CreditedLine[] {
  const seen = new Set<number>();
  return asked.flatMap(({ line: number, minor }) => {
    const line = lines.find((one) => one.line === number);
    if (line === undefined) {
      throw new RingmainError("NOT_FOUND", `Invoice ${invoice.number} has no line ${number}.`, {
        hint: `Its lines are 1 to ${lines.length}.`,
      });
    }
    if (seen.has(number)) {
      throw new RingmainError("INPUT_INVALID", `Line ${number} is named twice.`, {
        hint: "Add the amounts up.",
      });
    }
    seen.add(number);
    const left = leftOf(line);
    const wanted = minor ?? left;
    refuseMore(wanted, left, `Line ${number} of invoice ${invoice.number}`);
    if (wanted === 0) refuseMore(1, 0, `Line ${number} of invoice ${invoice.number}`);
    return creditOf(line, wanted);
  });
}

/** Divides an amount of a line into net and tax, so that crediting the whole line step by step takes back its tax. */
function creditOf(line: CreditableLine, minor: number): CreditedLine[] {
  if (minor === 0) return [];
  const gross = BigInt(line.net_minor + line.tax_minor);
  const upTo = BigInt(line.credited_net + line.credited_tax + minor);
  const taxMinor =
    Number(roundedQuotient(BigInt(line.tax_minor) * upTo, gross, "half_up")) - line.credited_tax;
  return [
    {
      line: line.line,
      netMinor: minor - taxMinor,
      taxMinor,
      incomeAccount: line.account_id,
      taxAccount: line.tax_account,
    },
  ];
}

function leftOf(line: CreditableLine): number {
  return line.net_minor + line.tax_minor - line.credited_net - line.credited_tax;
}

function refuseMore(minor: number, left: number, what: string): void {
  if (minor <= left) return;
  throw new RingmainError("STATE_INVALID", `${what} has ${left} minor units left to credit, not ${minor}.`, {
    hint: "A credit note takes back at most what was invoiced, tax included. get_invoice shows the credit notes.",
  });
}

async function creditable({ db }: AccountingContext, invoiceId: string): Promise<CreditableLine[]> {
  const credited = db
    .selectFrom("accounting_credit_note_line")
    .where("invoice_id", "=", invoiceId)
    .groupBy("line")
    .select(({ fn }) => [
      "line",
      fn.sum<number>("net_minor").as("net"),
      fn.sum<number>("tax_minor").as("tax"),
    ]);
  return await db
    .selectFrom("accounting_invoice_line as line")
    .innerJoin("accounting_tax_code as code", "code.id", "line.tax_code")
    .leftJoin(credited.as("credited"), "credited.line", "line.line")
    .where("line.invoice_id", "=", invoiceId)
    .select([
      "line.line",
      "line.net_minor",
      "line.tax_minor",
      "line.account_id",
      "code.account_id as tax_account",
    ])
    .select(({ fn, lit }) => [
      fn.coalesce("credited.net", lit(0)).as("credited_net"),
      fn.coalesce("credited.tax", lit(0)).as("credited_tax"),
    ])
    .orderBy("line.line")
    .execute();
}
