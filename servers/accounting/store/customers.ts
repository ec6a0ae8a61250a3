import { sql } from "kysely";
import { RingmainError } from "../../../src/core/errors.ts";
import { requireCurrency } from "../../../src/kit/currencies.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { decodeCursor, pageOf } from "../../../src/kit/pages.ts";
import { type AccountingContext, firstVersion } from "./context.ts";
import type { CustomerRow } from "./tables.ts";

/** The fields of a customer that a caller may set; one that is absent stays as it is. */
export type CustomerFields = {
  [Field in Exclude<keyof CustomerRow, "id" | "version" | "created_at" | "updated_at">]?:
    | Exclude<CustomerRow[Field], null>
    | undefined;
};

/** A customer as tools return it: fields without a value are left out. */
export function customerView(row: CustomerRow) {
  const { created_at: _created, updated_at: _updated, ...rest } = row;
  return {
    ...rest,
    external_id: row.external_id ?? undefined,
    crm_company_id: row.crm_company_id ?? undefined,
    contact_name: row.contact_name ?? undefined,
    email: row.email ?? undefined,
    phone: row.phone ?? undefined,
    street: row.street ?? undefined,
    city: row.city ?? undefined,
    region: row.region ?? undefined,
    postal_code: row.postal_code ?? undefined,
    country: row.country ?? undefined,
  };
}

/** Reads a customer by id. Throws NOT_FOUND. */
export async function requireCustomer({ db }: AccountingContext, id: string): Promise<CustomerRow> {
  const row = await db.selectFrom("accounting_customer").selectAll().where("id", "=", id).executeTakeFirst();
  if (row !== undefined) return row;
  throw new RingmainError("NOT_FOUND", `There is no customer "${id}".`, {
    hint: "Find the id with search_customers, or make the customer with upsert_customer.",
  });
}

/** Reads a customer by its id in another system. Throws NOT_FOUND. */
export async function requireCustomerByExternalId(
  { db }: AccountingContext,
  externalId: string,
): Promise<CustomerRow> {
  const row = await db
    .selectFrom("accounting_customer")
    .selectAll()
    .where("external_id", "=", externalId)
    .executeTakeFirst();
  if (row !== undefined) return row;
  throw new RingmainError("NOT_FOUND", `There is no customer with external_id "${externalId}".`, {
    hint: "Make the customer first with upsert_customer and the same external_id.",
  });
}

/**
 * Creates the customer that the keys name, or changes the given fields of the one that exists. Input that
 * changes nothing leaves the version alone. Throws INPUT_INVALID without a key or without the name of a new
 * customer, NOT_FOUND for an unknown id, CONFLICT when the keys name two customers or the version is stale.
 */
export async function upsertCustomer(
  context: AccountingContext,
  input: { id?: string | undefined; expectedVersion?: number | undefined; fields: CustomerFields },
): Promise<{ row: CustomerRow; created: boolean }> {
  const { fields } = input;
  if (fields.currency !== undefined) requireCurrency(fields.currency);
  const existing = await findByKeys(context, input.id, fields);
  expectVersion({
    name: existing === undefined ? "The customer" : `Customer ${existing.id}`,
    record: existing && customerView(existing),
    expected: input.expectedVersion,
    readBy: "search_customers",
  });
  if (existing === undefined) return { row: await insertCustomer(context, fields), created: true };
  const changes = changedFields(existing, fields);
  if (Object.keys(changes).length === 0) return { row: existing, created: false };
  const row = await context.db
    .updateTable("accounting_customer")
    .set({ ...changes, version: existing.version + 1, updated_at: context.at })
    .where("id", "=", existing.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  context.changed("accounting_customer", row.id, row.version);
  return { row, created: false };
}

async function findByKeys(
  context: AccountingContext,
  id: string | undefined,
  { external_id, crm_company_id }: CustomerFields,
): Promise<CustomerRow | undefined> {
  if (id === undefined && external_id === undefined && crm_company_id === undefined) {
    throw new RingmainError("INPUT_INVALID", "Nothing says which customer is meant.", {
      hint: "Give id, external_id or crm_company_id; a new customer needs one of the last two.",
    });
  }
  const byId = id === undefined ? undefined : await requireCustomer(context, id);
  const byKeys = await context.db
    .selectFrom("accounting_customer")
    .selectAll()
    .where((where) =>
      where.or([
        ...(external_id === undefined ? [] : [where("external_id", "=", external_id)]),
        ...(crm_company_id === undefined ? [] : [where("crm_company_id", "=", crm_company_id)]),
      ]),
    )
    .execute();
  const found = new Map([...(byId === undefined ? [] : [byId]), ...byKeys].map((row) => [row.id, row]));
  if (found.size > 1) {
    throw new RingmainError("CONFLICT", `The keys name several customers: ${[...found.keys()].join(", ")}.`, {
      hint: "Give one key only, or the keys of one customer.",
    });
  }
  const [row] = found.values();
  if (row !== undefined) {
    refuseOtherKey(row, "external_id", external_id);
    refuseOtherKey(row, "crm_company_id", crm_company_id);
  }
  return row;
}

/** A key that is set stays: changing it would hide that two systems mean different customers. */
function refuseOtherKey(row: CustomerRow, key: "external_id" | "crm_company_id", value: string | undefined) {
  const current = row[key];
  if (value === undefined || current === null || current === value) return;
  throw new RingmainError("CONFLICT", `Customer ${row.id} already has ${key} "${current}".`, {
    hint: `Leave ${key} out, or use the customer that has it.`,
  });
}

async function insertCustomer(context: AccountingContext, fields: CustomerFields): Promise<CustomerRow> {
  if (fields.name === undefined) {
    throw new RingmainError("INPUT_INVALID", "A new customer needs a name.", {
      hint: "No customer has this key yet. Pass name, or find the customer with search_customers.",
    });
  }
  const row = await context.db
    .insertInto("accounting_customer")
    .values({
      id: context.newId("cus"),
      external_id: fields.external_id ?? null,
      crm_company_id: fields.crm_company_id ?? null,
      name: fields.name,
      contact_name: fields.contact_name ?? null,
      email: fields.email ?? null,
      phone: fields.phone ?? null,
      language: fields.language ?? "en",
      currency: fields.currency ?? "EUR",
      payment_terms_days: fields.payment_terms_days ?? 30,
      street: fields.street ?? null,
      city: fields.city ?? null,
      region: fields.region ?? null,
      postal_code: fields.postal_code ?? null,
      country: fields.country ?? null,
      ...firstVersion(context),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  context.changed("accounting_customer", row.id, row.version);
  return row;
}

function changedFields(row: CustomerRow, fields: CustomerFields): Partial<Record<string, string | number>> {
  const current = new Map<string, unknown>(Object.entries(row));
  const changes: Record<string, string | number> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined && current.get(field) !== value) changes[field] = value;
  }
  return changes;
}

/** One page of customers, by name; `query` is looked for in name, contact, email and both foreign ids. */
export async function searchCustomers(
  { db, hides }: AccountingContext,
  input: { query?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<{ rows: CustomerRow[]; nextCursor: string | undefined }> {
  let select = db
    .selectFrom("accounting_customer")
    .selectAll()
    .orderBy("name")
    .orderBy("id")
    .limit(input.limit + 1);
  if (input.query !== undefined) {
    const pattern = `%${input.query.replace(/[\\%_]/g, "\\$&")}%`;
    select = select.where((where) =>
      where.or(
        searchedColumns(hides("personal")).map(
          (column) => sql<boolean>`${where.ref(column)} LIKE ${pattern} ESCAPE '\\'`,
        ),
      ),
    );
  }
  if (input.cursor !== undefined) {
    const [name, id] = decodeCursor("customers", input.cursor, 2);
    select = select.where(sql<boolean>`(name, id) > (${name}, ${id})`);
  }
  const rows = await select.execute();
  return pageOf("customers", rows, input.limit, (row) => [row.name, row.id]);
}

/** What a search looks through: not what the caller does not see, or what it finds would tell. */
function searchedColumns(hidesPeople: boolean) {
  const columns = ["name", "external_id", "crm_company_id"] as const;
  return hidesPeople ? columns : ([...columns, "contact_name", "email"] as const);
}
