import { RingmainError } from "../../../src/core/errors.ts";
import { requireCurrency } from "../../../src/kit/currencies.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import type { AccountingContext } from "./context.ts";
import { lastClosedMonth } from "./periods.ts";
import type { RoundingMode } from "./rounding.ts";
import type { SettingRow } from "./tables.ts";

/** The settings of these books: one row. */
export async function readSettings({ db }: AccountingContext): Promise<SettingRow> {
  return await db.selectFrom("accounting_setting").selectAll().executeTakeFirstOrThrow();
}

/** How amounts are rounded in these books. */
export async function readRounding(context: AccountingContext): Promise<RoundingMode> {
  return (await readSettings(context)).rounding;
}

/** The base currency and rounding for a posting. Books that have no base currency yet get the posting's own. */
export async function settingsForPosting(
  context: AccountingContext,
  currency: string,
): Promise<{ baseCurrency: string; mode: RoundingMode }> {
  const settings = await readSettings(context);
  const mode = settings.rounding;
  if (settings.base_currency !== null) return { baseCurrency: settings.base_currency, mode };
  await writeSettings(context, settings, { base_currency: currency });
  return { baseCurrency: currency, mode };
}

/**
 * Changes settings. What is left out stays. Throws CONFLICT for a stale version, INPUT_INVALID for an unknown
 * currency, STATE_INVALID for another base currency once there are entries.
 */
export async function updateSettings(
  context: AccountingContext,
  change: {
    baseCurrency?: string | undefined;
    rounding?: RoundingMode | undefined;
    expectedVersion?: number | undefined;
  },
): Promise<SettingRow> {
  const settings = await readSettings(context);
  expectVersion({
    name: "The settings record",
    record: settingsView(settings, await lastClosedMonth(context)),
    expected: change.expectedVersion,
    readBy: "get_settings",
  });
  const { baseCurrency = settings.base_currency, rounding = settings.rounding } = change;
  if (baseCurrency === settings.base_currency && rounding === settings.rounding) return settings;
  if (baseCurrency !== null) requireCurrency(baseCurrency);
  if (baseCurrency !== settings.base_currency) await refuseOncePosted(context, settings);
  return await writeSettings(context, settings, { base_currency: baseCurrency, rounding });
}

async function refuseOncePosted({ db }: AccountingContext, settings: SettingRow): Promise<void> {
  const posted = await db.selectFrom("accounting_entry").select("id").limit(1).executeTakeFirst();
  if (posted === undefined) return;
  throw new RingmainError(
    "STATE_INVALID",
    `The base currency is ${settings.base_currency}, and entries are posted in it.`,
    { hint: "It can be set only while the books are empty." },
  );
}

async function writeSettings(
  { db, at, changed }: AccountingContext,
  settings: SettingRow,
  values: { base_currency?: string | null; rounding?: RoundingMode },
): Promise<SettingRow> {
  const row = await db
    .updateTable("accounting_setting")
    .set({ ...values, version: settings.version + 1, updated_at: at })
    .returningAll()
    .executeTakeFirstOrThrow();
  changed("accounting_setting", row.id, row.version);
  return row;
}

/** The settings as tools return them. */
export function settingsView(settings: SettingRow, closedThrough: string | undefined) {
  return {
    base_currency: settings.base_currency ?? undefined,
    rounding: settings.rounding,
    closed_through: closedThrough,
    version: settings.version,
  };
}
