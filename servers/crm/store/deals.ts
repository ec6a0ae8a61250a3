import type { z } from "zod";
import type { Money } from "../../../src/kit/fields.ts";
import type { dealRecord } from "../records.ts";
import { type CrmContext, newRow, today } from "./context.ts";
import { nextRef } from "./references.ts";
import { foldText, searchColumns } from "./search-text.ts";
import type { DealRow } from "./tables.ts";

type DealView = z.input<typeof dealRecord>;
export type DealLine = DealView["lines"][number];

/** Deals with the names of what they point to, ready to be filtered. */
export function selectDeals({ db }: Pick<CrmContext, "db">) {
  return db
    .selectFrom("crm_deal as deal")
    .innerJoin("crm_owner as owner", "owner.id", "deal.owner_id")
    .innerJoin("crm_company as company", "company.id", "deal.company_id")
    .leftJoin("crm_contact as contact", "contact.id", "deal.contact_id")
    .leftJoin("crm_lead as lead", "lead.id", "deal.lead_id")
    .selectAll("deal")
    .select([
      "owner.name as owner_name",
      "company.name as company_name",
      "contact.name as contact_name",
      "lead.name as lead_name",
    ]);
}

interface DealNames {
  owner_name: string;
  company_name: string;
  contact_name: string | null;
  lead_name: string | null;
}

/** A deal as lists show it. */
export function showDeal(row: DealRow & DealNames): Omit<DealView, "lines"> {
  const { contact_id, contact_name, lead_id, lead_name } = row;
  return {
    id: row.id,
    ref: row.ref,
    name: row.name,
    pipeline_id: row.pipeline_id,
    stage: row.stage,
    status: row.status,
    amount: { minor: row.amount_minor, currency: row.currency },
    company: { id: row.company_id, name: row.company_name },
    contact: contact_id && contact_name ? { id: contact_id, name: contact_name } : undefined,
    lead: lead_id && lead_name ? { id: lead_id, name: lead_name } : undefined,
    owner: { id: row.owner_id, name: row.owner_name },
    expected_close_on: row.expected_close_on ?? undefined,
    closed_on: row.closed_on ?? undefined,
    lost_reason: row.lost_reason ?? undefined,
    last_activity_on: row.last_activity_on,
    created_at: row.created_at,
    updated_at: row.updated_at,
    version: row.version,
  };
}

export async function getDeal(call: CrmContext, id: string): Promise<DealView> {
  const row = await selectDeals(call).where("deal.id", "=", id).executeTakeFirstOrThrow();
  const lines = await call.db
    .selectFrom("crm_deal_line")
    .selectAll()
    .where("deal_id", "=", id)
    .orderBy("position")
    .execute();
  return {
    ...showDeal(row),
    lines: lines.map((line) => ({
      sku: line.sku,
      description: line.description,
      quantity: line.quantity,
      unit_price: { minor: line.unit_price_minor, currency: row.currency },
    })),
  };
}

/** The row of a deal that is known to exist. */
export async function dealRow({ db }: CrmContext, id: string): Promise<DealRow> {
  return db.selectFrom("crm_deal").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

/** The open deal of this company with this name, whatever its case and accents; another one than `except`. */
export async function findOpenDeal(
  { db }: CrmContext,
  companyId: string,
  name: string,
  except = "",
): Promise<DealRow | undefined> {
  return db
    .selectFrom("crm_deal")
    .selectAll()
    .where("company_id", "=", companyId)
    .where("status", "=", "open")
    .where("name_key", "=", foldText(name))
    .where("id", "<>", except)
    .orderBy("id")
    .executeTakeFirst();
}

/** The open deal that came from a lead. */
export async function findDealOfLead({ db }: CrmContext, leadId: string): Promise<DealRow | undefined> {
  return db
    .selectFrom("crm_deal")
    .selectAll()
    .where("lead_id", "=", leadId)
    .where("status", "=", "open")
    .orderBy("id")
    .executeTakeFirst();
}

/** Notes which lead a deal came from, unless it is known to come from one. */
export async function linkLead(call: CrmContext, dealId: string, leadId: string): Promise<void> {
  const deal = await dealRow(call, dealId);
  if (deal.lead_id !== null) return;
  const version = deal.version + 1;
  await call.db
    .updateTable("crm_deal")
    .set({ lead_id: leadId, version, updated_at: call.now.toISOString() })
    .where("id", "=", dealId)
    .execute();
  call.changed("crm_deal", dealId, version);
}

/** Adds an open deal with its lines and returns its id. */
export async function insertDeal(
  call: CrmContext,
  deal: Pick<DealRow, "name" | "pipeline_id" | "stage" | "company_id" | "contact_id" | "owner_id"> & {
    lead_id?: string | undefined;
    amount: Money;
    expected_close_on?: string | undefined;
    lines: readonly DealLine[];
  },
): Promise<string> {
  const { amount, lines, ...columns } = deal;
  const id = call.newId("deal");
  const ref = await nextRef(call, "DEAL");
  await call.db
    .insertInto("crm_deal")
    .values({
      ...columns,
      id,
      ref,
      status: "open",
      amount_minor: amount.minor,
      currency: amount.currency,
      last_activity_on: today(call),
      ...searchColumns(deal.name, ref),
      ...newRow(call),
    })
    .execute();
  await insertDealLines(call, id, lines);
  call.changed("crm_deal", id, 1);
  return id;
}

/** Adds the lines of a deal that has none yet. */
export async function insertDealLines(
  { db }: CrmContext,
  dealId: string,
  lines: readonly DealLine[],
): Promise<void> {
  if (lines.length === 0) return;
  const rows = lines.map(({ sku, description, quantity, unit_price }, index) => ({
    deal_id: dealId,
    position: index + 1,
    sku,
    description,
    quantity,
    unit_price_minor: unit_price.minor,
  }));
  await db.insertInto("crm_deal_line").values(rows).execute();
}
