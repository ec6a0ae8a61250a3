import type { CallContext } from "../../src/kit/define-tool.ts";
import { seedServer } from "../../src/kit/seed.ts";
import { definition } from "./definition.ts";
import { seedRows } from "./seed/rows.ts";
import type { CrmTables } from "./store/tables.ts";

/**
 * Fills an empty CRM with the customers, leads and deals of Harbour Trading, relative to the day of `call.now`
 * and otherwise always the same. Returns how many rows of each kind there are.
 */
export async function seed({ db, now }: CallContext<CrmTables>): Promise<Record<string, number>> {
  const rows = seedRows(now);
  await db.insertInto("crm_owner").values(rows.owners).execute();
  await db.insertInto("crm_company").values(rows.companies).execute();
  await db.insertInto("crm_contact").values(rows.contacts).execute();
  await db.insertInto("crm_lead").values(rows.leads).execute();
  await db.insertInto("crm_deal").values(rows.deals).execute();
  await db.insertInto("crm_deal_line").values(rows.dealLines).execute();
  await db.insertInto("crm_deal_stage_change").values(rows.stageChanges).execute();
  await db.insertInto("crm_activity").values(rows.activities).execute();
  await db.insertInto("crm_task").values(rows.tasks).execute();
  const sequences = [
    { prefix: "COMP", last: rows.companies.length },
    { prefix: "CONT", last: rows.contacts.length },
    { prefix: "LEAD", last: rows.leads.length },
    { prefix: "DEAL", last: rows.deals.length },
    { prefix: "TASK", last: rows.tasks.length },
  ];
  await db.insertInto("crm_sequence").values(sequences).execute();
  return {
    owners: rows.owners.length,
    companies: rows.companies.length,
    contacts: rows.contacts.length,
    leads: rows.leads.length,
    deals: rows.deals.length,
    activities: rows.activities.length,
    tasks: rows.tasks.length,
  };
}

if (import.meta.main) await seedServer(definition, seed);
