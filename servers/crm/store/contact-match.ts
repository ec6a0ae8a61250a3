import { recordOfAlias } from "./aliases.ts";
import type { CrmContext } from "./context.ts";
import { emailKey } from "./domains.ts";
import { foldText } from "./search-text.ts";
import type { ContactRow } from "./tables.ts";

/** What tells contacts apart. */
export interface ContactKeys {
  email?: string | undefined;
  company_id?: string | undefined;
  name?: string | undefined;
}

/**
 * The contact with this email address, be it its own or that of a contact merged into it; else the one of this
 * name in this company, whatever its case and accents. Two people of one firm may share a name: one with another
 * address is another person.
 */
export async function matchContact(call: CrmContext, keys: ContactKeys): Promise<ContactRow | undefined> {
  const byEmail = keys.email === undefined ? undefined : await contactByEmail(call, emailKey(keys.email));
  if (byEmail || keys.company_id === undefined || keys.name === undefined) return byEmail;
  const query = call.db
    .selectFrom("crm_contact")
    .selectAll()
    .where("company_id", "=", keys.company_id)
    .where("name_key", "=", foldText(keys.name));
  const samePerson = keys.email === undefined ? query : query.where("email_key", "is", null);
  return samePerson.orderBy("id").executeTakeFirst();
}

async function contactByEmail(call: CrmContext, key: string): Promise<ContactRow | undefined> {
  const contacts = call.db.selectFrom("crm_contact").selectAll();
  const own = await contacts.where("email_key", "=", key).executeTakeFirst();
  if (own) return own;
  const id = await recordOfAlias(call, "email", key);
  return id === undefined ? undefined : contacts.where("id", "=", id).executeTakeFirst();
}
