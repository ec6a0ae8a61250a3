import type { Selectable } from "kysely";
import { didYouMean } from "../../../src/core/closest.ts";
import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { decodeCursor } from "../../../src/kit/pages.ts";
import type { LocationRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { type Page, takePage } from "./pages.ts";
import type { LocationTable } from "./tables.ts";

export type LocationRow = Selectable<LocationTable>;

/** One page of locations, by code. */
export async function locationsPage(
  call: InventoryContext,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<LocationRecord>> {
  let select = call.db
    .selectFrom("inventory_location")
    .selectAll()
    .orderBy("code")
    .limit(limit + 1);
  if (cursor !== undefined)
    select = select.where("code", ">", String(decodeCursor("locations", cursor, 1)[0]));
  return takePage(
    "locations",
    await select.execute(),
    limit,
    (row) => row,
    ({ code }) => [code],
  );
}

/** The location of a code. Throws NOT_FOUND with the codes there are. */
export async function requireLocation(call: InventoryContext, code: string): Promise<LocationRow> {
  const row = await findLocation(call, code);
  if (row !== undefined) return row;
  const rows = await call.db.selectFrom("inventory_location").select("code").orderBy("code").execute();
  const codes = rows.map((location) => location.code);
  const near = didYouMean(code.toUpperCase(), codes);
  throw new RingmainError("NOT_FOUND", `There is no location ${JSON.stringify(code)}.`, {
    hint: `${near === undefined ? "" : `${near} `}Locations: ${codes.slice(0, 50).join(", ")}. upsert_location adds one.`,
  });
}

/** Creates the location of a code or renames it. Unchanged input changes nothing. */
export async function upsertLocation(
  call: InventoryContext,
  input: { code: string; name: string; expected_version?: number | undefined },
): Promise<LocationRecord & { created: boolean }> {
  const current = await findLocation(call, input.code);
  expectVersion({
    name: `Location ${current?.code ?? input.code}`,
    record: current,
    expected: input.expected_version,
    readBy: "list_locations",
  });
  const at = call.now.toISOString();
  if (current === undefined) {
    const id = call.newId("loc");
    const row = { id, code: input.code, name: input.name, version: 1, created_at: at, updated_at: at };
    await call.db.insertInto("inventory_location").values(row).execute();
    call.changed("inventory_location", id, 1);
    return { ...row, created: true };
  }
  if (current.name === input.name) return { ...current, created: false };
  const update = { name: input.name, version: current.version + 1, updated_at: at };
  await call.db.updateTable("inventory_location").set(update).where("id", "=", current.id).execute();
  call.changed("inventory_location", current.id, update.version);
  return { ...current, ...update, created: false };
}

async function findLocation(call: InventoryContext, code: string): Promise<LocationRow | undefined> {
  return await call.db
    .selectFrom("inventory_location")
    .selectAll()
    .where("code", "=", code)
    .executeTakeFirst();
}
