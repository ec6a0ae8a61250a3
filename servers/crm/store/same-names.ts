import { sql } from "kysely";
import type { CrmContext } from "./context.ts";
import type { RecordType } from "./tables.ts";

/** Records of one company that are called the same: the next candidates for a merge, at most 20. */
export async function sameNames(
  { db }: CrmContext,
  companyId: string,
): Promise<{ type: RecordType; name: string; refs: string[] }[]> {
  const { rows } = await sql<{ type: RecordType; name: string; refs: string }>`
    select 'contact' as type, min(name) as name, group_concat(ref) as refs
      from crm_contact where company_id = ${companyId} group by name_key having count(*) > 1
    union all
    select 'lead', min(name), group_concat(ref)
      from crm_lead where company_id = ${companyId} and status = 'open' group by name_key having count(*) > 1
    union all
    select 'deal', min(name), group_concat(ref)
      from crm_deal where company_id = ${companyId} and status = 'open' group by name_key having count(*) > 1
    limit 20`.execute(db);
  return rows.map(({ type, name, refs }) => ({ type, name, refs: refs.split(",").toSorted() }));
}
