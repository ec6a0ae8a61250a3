import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import { account, requirePostable } from "./accounts.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { normalDecimal } from "./decimals.ts";
import type { TaxCodeRow } from "./tables.ts";

/** A tax code row joined with the name of its account. */
interface TaxCodeWithAccount extends TaxCodeRow {
  account_name: string;
}

function selectTaxCodes({ db }: AccountingContext) {
  return db
    .selectFrom("accounting_tax_code as code")
    .innerJoin("accounting_account as account", "account.id", "code.account_id")
    .selectAll("code")
    .select("account.name as account_name");
}

/** A tax code as tools return it. */
export function taxCodeView({ id, name, rate, account_id, account_name, version }: TaxCodeWithAccount) {
  return { id, name, rate, account_id, account_name, version };
}

/** The tax codes that lines name, by id. Throws NOT_FOUND with the codes that there are. */
export async function requireTaxCodes(
  { db }: AccountingContext,
  ids: ReadonlySet<string>,
): Promise<ReadonlyMap<string, TaxCodeRow>> {
  const rows = await db
    .selectFrom("accounting_tax_code")
    .selectAll()
    .where("id", "in", [...ids])
    .execute();
  const found = new Map(rows.map((row) => [row.id, row]));
  for (const id of ids) {
    if (found.has(id)) continue;
    const some = await db.selectFrom("accounting_tax_code").select("id").orderBy("id").limit(30).execute();
    throw new RingmainError("NOT_FOUND", `There is no tax code "${id}".`, {
      hint: `Tax codes: ${some.map((one) => one.id).join(", ")}. upsert_tax_code makes one.`,
    });
  }
  return found;
}

/** One page of tax codes, by id. */
export async function listTaxCodes(
  context: AccountingContext,
  input: { limit: number; cursor?: string | undefined },
) {
  let select = selectTaxCodes(context)
    .orderBy("code.id")
    .limit(input.limit + 1);
  if (input.cursor !== undefined)
    select = select.where("code.id", ">", String(decodeCursor("tax codes", input.cursor, 1)[0]));
  const rows = await select.execute();
  return pageOf("tax codes", rows, input.limit, (row) => [row.id]);
}

/**
 * Makes a tax code, or changes it for lines priced from now on. Throws INPUT_INVALID for a new one without name or
 * rate, STATE_INVALID for the code "none" or an unfit account, CONFLICT for a stale version.
 */
export async function upsertTaxCode(
  context: AccountingContext,
  input: {
    id: string;
    name?: string | undefined;
    rate?: string | undefined;
    accountId?: string | undefined;
    expectedVersion?: number | undefined;
  },
): Promise<{ row: TaxCodeWithAccount; created: boolean }> {
  const { id } = input;
  const { db } = context;
  if (id === "none") {
    throw new RingmainError("STATE_INVALID", 'The tax code "none" means no tax and stays as it is.', {
      hint: 'Use another id, e.g. "vat-19".',
    });
  }
  const find = selectTaxCodes(context).where("code.id", "=", id);
  const current = await find.executeTakeFirst();
  expectVersion({
    name: `Tax code ${id}`,
    record: current && taxCodeView(current),
    expected: input.expectedVersion,
    readBy: "list_tax_codes",
  });
  const { name = current?.name, accountId = current?.account_id ?? account.salesTax } = input;
  const rate = input.rate === undefined ? current?.rate : normalDecimal(input.rate);
  if (name === undefined || rate === undefined) {
    throw new RingmainError("INPUT_INVALID", `Tax code "${id}" is new and needs a name and a rate.`, {
      hint: 'For instance name "VAT 19 %", rate "0.19".',
    });
  }
  await requirePostable(context, accountId, ["liability"]);
  const same = name === current?.name && rate === current.rate && accountId === current.account_id;
  if (current !== undefined && same) return { row: current, created: false };
  await db
    .insertInto("accounting_tax_code")
    .values({ id, name, rate, account_id: accountId, ...firstVersion(context) })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((set) => ({
        name,
        rate,
        account_id: accountId,
        version: set("accounting_tax_code.version", "+", 1),
        updated_at: context.at,
      })),
    )
    .execute();
  const row = await find.executeTakeFirstOrThrow();
  context.changed("accounting_tax_code", row.id, row.version);
  return { row, created: current === undefined };
}
