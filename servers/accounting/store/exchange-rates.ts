import { sql } from "kysely";
import { RingmainError } from "../../../src/core/errors.ts";
import { requireCurrency } from "../../../src/kit/currencies.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import type { Conversion } from "./base-amounts.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import { normalDecimal } from "./decimals.ts";
import { readSettings, settingsForPosting } from "./settings.ts";
import type { ExchangeRateRow } from "./tables.ts";

/**
 * The conversion for a posting of a day: by the rate given, else by the stored rate of the day or the last one
 * before. Throws INPUT_INVALID for a rate of the base currency itself other than 1, STATE_INVALID when no rate is
 * stored.
 */
export async function conversionFor(
  context: AccountingContext,
  posting: { currency: string; day: string; given?: string | undefined },
): Promise<Conversion> {
  const { currency, day } = posting;
  const given = posting.given === undefined ? undefined : normalDecimal(posting.given);
  const { baseCurrency, mode } = await settingsForPosting(context, currency);
  const conversion = (rate: string) => ({ rate, currency, baseCurrency, mode });
  if (currency === baseCurrency) {
    if (given === undefined || given === "1") return conversion("1");
    throw new RingmainError("INPUT_INVALID", `${currency} is the base currency, so its rate is 1.`, {
      hint: "Leave exchange_rate out.",
    });
  }
  if (given !== undefined) return conversion(given);
  const stored = await context.db
    .selectFrom("accounting_exchange_rate")
    .select("rate")
    .where("base_currency", "=", baseCurrency)
    .where("currency", "=", currency)
    .where("rate_on", "<=", day)
    .orderBy("rate_on", "desc")
    .limit(1)
    .executeTakeFirst();
  if (stored !== undefined) return conversion(stored.rate);
  throw new RingmainError(
    "STATE_INVALID",
    `No exchange rate from ${currency} to ${baseCurrency} is known on ${day}.`,
    {
      hint: `Store one with set_exchange_rate (currency ${currency}, a day up to ${day}), or pass exchange_rate.`,
    },
  );
}

/**
 * Stores the rate of a day, or changes it. What was posted keeps the rate it was posted with. Throws STATE_INVALID
 * before the base currency is known, INPUT_INVALID for the base currency itself, CONFLICT for a stale version.
 */
export async function setRate(
  context: AccountingContext,
  input: { currency: string; day: string; rate: string; expectedVersion?: number | undefined },
): Promise<ExchangeRateRow> {
  const { currency, day } = input;
  const { base_currency: base } = await readSettings(context);
  if (base === null) {
    throw new RingmainError("STATE_INVALID", "These books have no base currency yet.", {
      hint: "Set it first with update_settings and base_currency.",
    });
  }
  requireCurrency(currency);
  if (currency === base) {
    throw new RingmainError("INPUT_INVALID", `${currency} is the base currency: its rate is always 1.`, {
      hint: "Give the rate of a foreign currency.",
    });
  }
  const id = `${currency}/${base}/${day}`;
  const { db, at } = context;
  const current = await db
    .selectFrom("accounting_exchange_rate")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  const rate = normalDecimal(input.rate);
  expectVersion({
    name: `The rate of ${currency} on ${day}`,
    record: current && exchangeRateView(current),
    expected: input.expectedVersion,
    readBy: "list_exchange_rates",
  });
  if (current?.rate === rate) return current;
  const row = await db
    .insertInto("accounting_exchange_rate")
    .values({ id, base_currency: base, currency, rate_on: day, rate, ...firstVersion(context) })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((set) => ({
        rate,
        version: set("accounting_exchange_rate.version", "+", 1),
        updated_at: at,
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  context.changed("accounting_exchange_rate", row.id, row.version);
  return row;
}

/** One page of stored rates, the latest day first. */
export async function listRates(
  context: AccountingContext,
  input: {
    currency?: string | undefined;
    from?: string | undefined;
    to?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
) {
  const { base_currency } = await readSettings(context);
  let select = context.db
    .selectFrom("accounting_exchange_rate")
    .selectAll()
    .where("base_currency", "=", base_currency ?? "")
    .orderBy("rate_on", "desc")
    .orderBy("currency")
    .limit(input.limit + 1);
  if (input.currency !== undefined) select = select.where("currency", "=", input.currency);
  if (input.from !== undefined) select = select.where("rate_on", ">=", input.from);
  if (input.to !== undefined) select = select.where("rate_on", "<=", input.to);
  if (input.cursor !== undefined) {
    const [day, currency] = decodeCursor("exchange rates", input.cursor, 2);
    select = select.where(sql<boolean>`(rate_on < ${day} OR (rate_on = ${day} AND currency > ${currency}))`);
  }
  const rows = await select.execute();
  return pageOf("exchange rates", rows, input.limit, (row) => [row.rate_on, row.currency]);
}

/** A stored rate as tools return it. */
export function exchangeRateView({ currency, base_currency, rate_on, rate, version }: ExchangeRateRow) {
  return { currency, base_currency, day: rate_on, rate, version };
}
