import type { Edit, Fault } from "./fault.ts";

const store = "servers/accounting/store";
const tables = "servers/accounting/migrations/0001-initial.ts";
const soundBooks = { file: "test/unit/servers/accounting/sound-books.test.ts" };
const parallelNumbers = { file: "test/unit/servers/accounting/parallel-numbers.test.ts" };

/** Neither the ledger nor its trigger adds an entry up. */
const unbalanced: readonly Edit[] = [
  { file: `${store}/ledger.ts`, find: "  requireBalance(postings);\n", put: "" },
  {
    file: tables,
    find: "GROUP BY currency HAVING sum(amount_minor) <> 0);\n  SELECT RAISE(ABORT, 'debits and credits differ in the base currency')\n    WHERE (SELECT sum(base_minor) FROM accounting_posting WHERE entry_id = OLD.id) <> 0;",
    put: "GROUP BY currency HAVING 0);",
  },
];

/** No CHECK bounds what an invoice owes. */
const unboundedBalance: readonly Edit[] = [
  { file: tables, find: " CHECK (balance_minor BETWEEN 0 AND total_minor)", put: "" },
  { file: tables, find: " CHECK (base_balance_minor BETWEEN 0 AND base_total_minor)", put: "" },
  { file: tables, find: "  CHECK ((state = 'open') = (balance_minor > 0)),\n", put: "" },
  { file: tables, find: "  CHECK (balance_minor > 0 OR base_balance_minor = 0),\n", put: "" },
];

const closedDay = "WHERE id >= substr(NEW.entry_on, 1, 7));";

export const accountingFaults: readonly Fault[] = [
  {
    invariant: 1,
    broken: "the income of an invoice is debited: the minus sign is forgotten",
    edits: [
      ...unbalanced,
      {
        file: `${store}/posting-invoices.ts`,
        find: "minor: -minor,\n        baseMinor: 0 - (baseCredits[index] ?? 0),",
        put: "minor,\n        baseMinor: baseCredits[index] ?? 0,",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 1,
    broken: "the exchange difference of a payment is left out",
    edits: [
      ...unbalanced,
      {
        file: `${store}/ledger.ts`,
        find: "return [...postings, { account: difference, currency, minor: 0, baseMinor: 0 - surplus }];",
        put: "return [...postings];",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 1,
    broken: "an amount is divided by rounding each share alone, so that the shares do not add up to it",
    edits: [
      ...unbalanced,
      {
        file: `${store}/base-amounts.ts`,
        find: "running += BigInt(part);",
        put: "running = BigInt(part);\n    given = 0;",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 2,
    broken: "a write-off posts its entry and forgets what the invoice owes",
    edits: [
      ...unboundedBalance,
      {
        file: `${store}/write-offs.ts`,
        find: "const balanceMinor = await settle(context, { invoice, minor, baseMinor, ...source });",
        put: "const balanceMinor = invoice.balance_minor - minor;",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 2,
    broken: "a prepayment settles the invoice on the day of the money, though its entry is of a later day",
    edits: [
      {
        file: `${store}/payments.ts`,
        find: 'const source = { kind: "payment" as const, paymentId: id, sourceId: id, settledOn, entryId };\n  const balanceMinor = await settle(context, { invoice, minor,',
        put: 'const source = { kind: "payment" as const, paymentId: id, sourceId: id, settledOn: latestDay(invoice.settleable_on, payment.received_on), entryId };\n  const balanceMinor = await settle(context, { invoice, minor,',
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 2,
    broken: "a refund raises the balance of the invoice at its own rate instead of the invoice's",
    edits: [
      {
        file: `${store}/taken-back.ts`,
        find: "baseMinor: -baseOfSettlement(invoice, -minor, payment.mode)",
        put: "baseMinor: Math.max(0, -baseOfSettlement(invoice, -minor, payment.mode) - 1)",
      },
      {
        file: `${store}/refunds.ts`,
        find: "minor: fromInvoices, baseMinor: takenBase }",
        put: "minor: fromInvoices, baseMinor: toBase(fromInvoices, conversion) }",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 3,
    broken: "each process takes numbers in blocks of ten, outside the transaction that uses them",
    edits: [
      {
        file: `${store}/numbering.ts`,
        find: "  const row = await db\n",
        put: "  const block = blocks.get(series);\n  if (block !== undefined && block.next < block.end) return block.next++;\n  const row = await db\n",
      },
      { file: `${store}/numbering.ts`, find: "last_number: 1 }", put: "last_number: 10 }" },
      { file: `${store}/numbering.ts`, find: '"+", 1)', put: '"+", 10)' },
      {
        file: `${store}/numbering.ts`,
        find: "  return row.last_number;\n}\n",
        put: "  blocks.set(series, { next: row.last_number - 8, end: row.last_number + 1 });\n  return row.last_number - 9;\n}\n\nconst blocks = new Map<string, { next: number; end: number }>();\n",
      },
    ],
    foundBy: parallelNumbers,
  },
  {
    invariant: 3,
    broken: "each process remembers the last number that it gave",
    edits: [
      {
        file: `${store}/numbering.ts`,
        find: "  return row.last_number;\n}\n",
        put: "  const next = (last.get(series) ?? row.last_number - 1) + 1;\n  last.set(series, next);\n  return next;\n}\n\nconst last = new Map<string, number>();\n",
      },
    ],
    foundBy: parallelNumbers,
  },
  {
    invariant: 3,
    broken: "a refused call keeps its number: it is committed instead of rolled back",
    edits: [
      {
        file: "src/db/transaction.ts",
        find: "    control.rollback();\n    throw",
        put: "    if (database.isTransaction) control.commit();\n    throw",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 4,
    broken: "an allocation is compared with the total of an open invoice instead of its balance",
    edits: [
      ...unboundedBalance,
      {
        file: `${store}/shares.ts`,
        find: "if (minor > invoice.balance_minor) {",
        put: "if (minor > (invoice.balance_minor && invoice.total_minor)) {",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 4,
    broken: "money is divided among the open invoices by their totals instead of their balances",
    edits: [
      ...unboundedBalance,
      {
        file: `${store}/shares.ts`,
        find: "Math.min(left, invoice.balance_minor)",
        put: "Math.min(left, invoice.total_minor)",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 4,
    broken: "a payment is allocated once more as a whole: what it gave before is not taken off",
    edits: [
      {
        file: `${store}/payments.ts`,
        find: "payment.amount_minor - payment.allocated_minor - payment.refunded_minor",
        put: "payment.amount_minor - payment.refunded_minor",
      },
      { file: tables, find: "  CHECK (allocated_minor + refunded_minor <= amount_minor),\n", put: "" },
      {
        file: tables,
        find: "refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),",
        put: "refunded_minor INTEGER NOT NULL,",
      },
      { file: tables, find: " CHECK (base_unallocated_minor BETWEEN 0 AND base_minor)", put: "" },
      {
        file: tables,
        find: ",\n  CHECK (allocated_minor + refunded_minor < amount_minor OR base_unallocated_minor = 0)",
        put: "",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 5,
    broken: "what was credited of a line before is forgotten",
    edits: [
      {
        file: `${store}/credited-lines.ts`,
        find: "return line.net_minor + line.tax_minor - line.credited_net - line.credited_tax;",
        put: "return line.net_minor + line.tax_minor;",
      },
      {
        file: tables,
        find: "HAVING sum(c.net_minor) > l.net_minor OR sum(c.tax_minor) > l.tax_minor);",
        put: "HAVING 0);",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 5,
    broken: "the tax of a partial credit note is rounded alone, so that the parts exceed the tax of the line",
    edits: [
      {
        file: `${store}/credited-lines.ts`,
        find: 'const upTo = BigInt(line.credited_net + line.credited_tax + minor);\n  const taxMinor =\n    Number(roundedQuotient(BigInt(line.tax_minor) * upTo, gross, "half_up")) - line.credited_tax;',
        put: 'const taxMinor = Number(roundedQuotient(BigInt(line.tax_minor) * BigInt(minor), gross, "half_up"));',
      },
      {
        file: tables,
        find: "HAVING sum(c.net_minor) > l.net_minor OR sum(c.tax_minor) > l.tax_minor);",
        put: "HAVING 0);",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 6,
    broken: "a reversal posts the entry once more instead of its opposite",
    edits: [
      {
        file: `${store}/reversals.ts`,
        find: "minor: 0 - posting.amount_minor,",
        put: "minor: posting.amount_minor,",
      },
      {
        file: `${store}/reversals.ts`,
        find: "baseMinor: 0 - posting.base_minor,",
        put: "baseMinor: posting.base_minor,",
      },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 6,
    broken: "an entry can be reversed twice",
    edits: [
      ...unboundedBalance,
      { file: `${store}/reversals.ts`, find: "  await refuseSecond(context, entry);\n", put: "" },
      { file: tables, find: "reverses_id TEXT UNIQUE", put: "reverses_id TEXT" },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 7,
    broken: "the last closed month itself is still open: >= for >",
    edits: [
      { file: `${store}/periods.ts`, find: "day.slice(0, 7) > closed", put: "day.slice(0, 7) >= closed" },
      { file: tables, find: closedDay, put: closedDay.replace(">=", ">") },
    ],
    foundBy: soundBooks,
  },
  {
    invariant: 7,
    broken: "closing a month leaves the months before it open",
    edits: [
      {
        file: `${store}/periods.ts`,
        find: "day.slice(0, 7) > closed",
        put: "day.slice(0, 7) !== closed",
      },
      { file: tables, find: closedDay, put: "WHERE 0);" },
    ],
    foundBy: soundBooks,
  },
];
