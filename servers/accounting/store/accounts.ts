import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import type { AccountRow, AccountType } from "./tables.ts";

/** The accounts that the tools post to; the chart itself is the table accounting_account. */
export const account = {
  bank: "1000",
  /** The control account: its balance is the sum of what the open invoices owe. */
  receivables: "1100",
  /** Money received that no invoice has taken yet. */
  prepayments: "2100",
  salesTax: "2200",
  sales: "4000",
  exchangeGains: "4900",
  badDebts: "5800",
  exchangeLosses: "5900",
} as const;

/** An account as tools return it. */
export function accountView({ id, name, type, control, version }: AccountRow) {
  return { id, name, type, control: control === 1, version };
}

/** Reads an account. Throws NOT_FOUND with the codes that there are. */
export async function requireAccount({ db }: AccountingContext, id: string): Promise<AccountRow> {
  const row = await db.selectFrom("accounting_account").selectAll().where("id", "=", id).executeTakeFirst();
  if (row !== undefined) return row;
  const some = await db.selectFrom("accounting_account").select("id").orderBy("id").limit(30).execute();
  throw new RingmainError("NOT_FOUND", `There is no account "${id}".`, {
    hint: `Accounts: ${some.map((one) => one.id).join(", ")}. list_accounts shows their names; upsert_account makes one.`,
  });
}

/**
 * Reads an account that a person may name for a posting. Throws NOT_FOUND; STATE_INVALID for a control account or
 * one of another type.
 */
export async function requirePostable(
  context: AccountingContext,
  id: string,
  types?: readonly AccountType[],
): Promise<AccountRow> {
  const row = await requireAccount(context, id);
  if (row.control === 1) {
    throw new RingmainError("STATE_INVALID", `Account ${id} ${row.name} is a control account.`, {
      hint: "Only invoices, payments, credit notes and write-offs post to it: use their tools.",
    });
  }
  if (types !== undefined && !types.includes(row.type)) {
    throw new RingmainError("STATE_INVALID", `Account ${id} ${row.name} is of type ${row.type}.`, {
      hint: `Choose one of type ${types.join(" or ")} with list_accounts.`,
    });
  }
  return row;
}

/** One page of the chart, by code. */
export async function listAccounts(
  { db }: AccountingContext,
  input: { type?: readonly AccountType[] | undefined; limit: number; cursor?: string | undefined },
) {
  let select = db
    .selectFrom("accounting_account")
    .selectAll()
    .orderBy("id")
    .limit(input.limit + 1);
  if (input.type !== undefined) select = select.where("type", "in", input.type);
  if (input.cursor !== undefined)
    select = select.where("id", ">", String(decodeCursor("accounts", input.cursor, 1)[0]));
  const rows = await select.execute();
  return pageOf("accounts", rows, input.limit, (row) => [row.id]);
}

/**
 * Makes an account, or renames the one that has the code. Throws INPUT_INVALID for a new one without a type,
 * STATE_INVALID for another type, CONFLICT for a stale version.
 */
export async function upsertAccount(
  context: AccountingContext,
  input: { id: string; name: string; type?: AccountType | undefined; expectedVersion?: number | undefined },
): Promise<{ row: AccountRow; created: boolean }> {
  const { id, name, type } = input;
  const { db } = context;
  const current = await db
    .selectFrom("accounting_account")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  expectVersion({
    name: `Account ${id}`,
    record: current && accountView(current),
    expected: input.expectedVersion,
    readBy: "list_accounts",
  });
  if (current === undefined) {
    if (type === undefined) {
      throw new RingmainError("INPUT_INVALID", `Account ${id} is new and needs a type.`, {
        hint: "One of asset, liability, equity, income, expense.",
      });
    }
    const row = await db
      .insertInto("accounting_account")
      .values({ id, name, type, control: 0, ...firstVersion(context) })
      .returningAll()
      .executeTakeFirstOrThrow();
    context.changed("accounting_account", id, 1);
    return { row, created: true };
  }
  if (type !== undefined && type !== current.type) {
    throw new RingmainError("STATE_INVALID", `Account ${id} is of type ${current.type}, which stays.`, {
      hint: "Make an account with another code.",
    });
  }
  if (name === current.name) return { row: current, created: false };
  const row = await db
    .updateTable("accounting_account")
    .set({ name, version: current.version + 1, updated_at: context.at })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  context.changed("accounting_account", id, row.version);
  return { row, created: false };
}
