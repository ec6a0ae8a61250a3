import type { Selectable } from "kysely";
import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { decodeCursor } from "../../../src/kit/pages.ts";
import type { SupplierRecord } from "../records.ts";
import type { InventoryContext } from "./context.ts";
import { contains } from "./like.ts";
import { type Page, takePage } from "./pages.ts";
import type { SupplierTable } from "./tables.ts";

export type SupplierRow = Selectable<SupplierTable>;

/** Suppliers by name. */
export async function searchSuppliers(
  call: InventoryContext,
  options: { query?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<Page<SupplierRecord>> {
  let query = call.db
    .selectFrom("inventory_supplier")
    .selectAll()
    .orderBy("name")
    .orderBy("id")
    .limit(options.limit + 1);
  if (options.query !== undefined)
    query = query.where(
      contains(
        ["name", "external_id", ...(call.hides("personal") ? [] : (["email"] as const))],
        options.query,
      ),
    );
  if (options.cursor !== undefined) {
    const [name, id] = decodeCursor("suppliers", options.cursor, 2).map(String);
    query = query.where((where) =>
      where(where.refTuple("name", "id"), ">", where.tuple(name ?? "", id ?? "")),
    );
  }
  const rows = await query.execute();
  return takePage("suppliers", rows, options.limit, supplierRecordOf, (row) => [row.name, row.id]);
}

/** The supplier of an id. Throws NOT_FOUND. */
export async function requireSupplier(call: InventoryContext, id: string): Promise<SupplierRow> {
  const row = await findSupplier(call, "id", id);
  if (row !== undefined) return row;
  throw new RingmainError("NOT_FOUND", `There is no supplier ${JSON.stringify(id)}.`, {
    hint: "search_suppliers finds the id by name; upsert_supplier adds a supplier.",
  });
}

/** The supplier that was imported under an id of another system. Throws NOT_FOUND. */
export async function requireSupplierByExternalId(
  call: InventoryContext,
  externalId: string,
): Promise<SupplierRow> {
  const row = await findSupplier(call, "external_id", externalId);
  if (row !== undefined) return row;
  throw new RingmainError(
    "NOT_FOUND",
    `There is no supplier with external_id ${JSON.stringify(externalId)}.`,
    {
      hint: "Call upsert_supplier with this external_id first; search_suppliers shows those there are.",
    },
  );
}

export interface SupplierInput {
  id?: string | undefined;
  external_id?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  country?: string | undefined;
  expected_version?: number | undefined;
}

/** Creates a supplier or changes the members given. Unchanged input changes nothing. */
export async function upsertSupplier(
  call: InventoryContext,
  input: SupplierInput,
): Promise<SupplierRecord & { created: boolean }> {
  const current =
    input.id !== undefined
      ? await requireSupplier(call, input.id)
      : input.external_id !== undefined
        ? await findSupplier(call, "external_id", input.external_id)
        : undefined;
  const wanted = {
    external_id: input.external_id ?? current?.external_id ?? null,
    name: input.name ?? current?.name,
    email: input.email ?? current?.email ?? null,
    phone: input.phone ?? current?.phone ?? null,
    country: input.country ?? current?.country ?? null,
  };
  const { name } = wanted;
  if (name === undefined) {
    throw new RingmainError("INPUT_INVALID", "A new supplier needs a name.", {
      hint: "Add name, or give the id of a supplier that search_suppliers lists.",
    });
  }
  expectVersion({
    name: `Supplier ${current?.name ?? name}`,
    record: current && supplierRecordOf(current),
    expected: input.expected_version,
    readBy: "search_suppliers",
  });
  const at = call.now.toISOString();
  if (current === undefined) {
    if (wanted.external_id === null) await refuseTakenName(call, name);
    const id = call.newId("sup");
    const row = { ...wanted, name, id, version: 1, created_at: at, updated_at: at };
    await call.db.insertInto("inventory_supplier").values(row).execute();
    call.changed("inventory_supplier", id, 1);
    return { ...supplierRecordOf(row), created: true };
  }
  if (wanted.external_id !== null && wanted.external_id !== current.external_id) {
    await refuseTakenExternalId(call, wanted.external_id);
  }
  const next = { ...current, ...wanted, name };
  if (JSON.stringify(next) === JSON.stringify(current))
    return { ...supplierRecordOf(current), created: false };
  const row = { ...next, version: current.version + 1, updated_at: at };
  await call.db.updateTable("inventory_supplier").set(row).where("id", "=", row.id).execute();
  call.changed("inventory_supplier", row.id, row.version);
  return { ...supplierRecordOf(row), created: false };
}

async function findSupplier(call: InventoryContext, key: "id" | "external_id", value: string) {
  return await call.db.selectFrom("inventory_supplier").selectAll().where(key, "=", value).executeTakeFirst();
}

async function refuseTakenExternalId(call: InventoryContext, externalId: string): Promise<void> {
  const owner = await findSupplier(call, "external_id", externalId);
  if (owner === undefined) return;
  throw new RingmainError("CONFLICT", `external_id ${externalId} belongs to ${owner.name} (${owner.id}).`, {
    hint: "Leave external_id out, or change that supplier instead.",
  });
}

/** Without a key of the caller's, the name is all that tells a repetition from a second supplier. */
async function refuseTakenName(call: InventoryContext, name: string): Promise<void> {
  const owner = await call.db
    .selectFrom("inventory_supplier")
    .select("id")
    .where("name", "=", name)
    .executeTakeFirst();
  if (owner === undefined) return;
  throw new RingmainError("CONFLICT", `There is a supplier named ${name} already: ${owner.id}.`, {
    hint: `Pass id ${owner.id} to change it; give another one of the same name an external_id.`,
  });
}

function supplierRecordOf(row: SupplierRow): SupplierRecord {
  const { external_id, email, phone, country, ...rest } = row;
  return {
    ...rest,
    external_id: external_id ?? undefined,
    email: email ?? undefined,
    phone: phone ?? undefined,
    country: country ?? undefined,
  };
}
