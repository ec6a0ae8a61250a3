import { z } from "zod";
import type { AccountingContext } from "./context.ts";
import { type RoundingMode, roundingModes } from "./rounding.ts";

/** How lines are rounded in these books: the setting `rounding`, or half up when it was never set. */
export async function readRounding({ db }: AccountingContext): Promise<RoundingMode> {
  const row = await db
    .selectFrom("accounting_setting")
    .select("value")
    .where("id", "=", "rounding")
    .executeTakeFirst();
  return z.enum(roundingModes).parse(row?.value ?? "half_up");
}
