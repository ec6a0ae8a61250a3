import { findCompanyByName, insertCompany, matchCompany } from "./companies.ts";
import { completeContact, findContactByEmail, findContactByName, insertContact } from "./contacts.ts";
import type { CrmContext } from "./context.ts";
import { domainOfEmail, normalizeEmail } from "./domains.ts";
import { pickOwner } from "./owners.ts";
import type { CompanyRow } from "./tables.ts";

interface LeadParties {
  company: { id: string; name: string };
  contact: { id: string; name: string };
  /** Who is to own the lead. */
  ownerId: string;
}

/**
 * Finds, or adds, the contact and the company of a lead. An email address decides before a name does: its
 * contact, then the company of its domain.
 */
export async function findOrAddParties(
  call: CrmContext,
  lead: {
    company_name: string;
    contact_name: string;
    email?: string | undefined;
    phone?: string | undefined;
    owner_id?: string | undefined;
  },
): Promise<LeadParties> {
  const email = lead.email === undefined ? undefined : normalizeEmail(lead.email);
  const byEmail = email === undefined ? undefined : await findContactByEmail(call, email);
  const domain = email === undefined ? undefined : domainOfEmail(email);
  const known = await findCompany(call, byEmail?.company_id, domain, lead.company_name);

  const ownerId = lead.owner_id ?? (await pickOwner(call, known?.owner_id));
  const company = known ?? {
    id: await insertCompany(call, { name: lead.company_name, domain, owner_id: ownerId }),
    name: lead.company_name,
  };

  const details = { company_id: company.id, email, phone: lead.phone };
  const sameName = byEmail ?? (await findContactByName(call, company.id, lead.contact_name));
  // Two people of one firm may share a name: another address is another person.
  const samePerson = sameName?.email === null || email === undefined || sameName?.email === email;
  if (sameName && samePerson) {
    await completeContact(call, sameName, details);
    return { company, contact: sameName, ownerId };
  }
  const id = await insertContact(call, { ...details, name: lead.contact_name, owner_id: ownerId });
  return { company, contact: { id, name: lead.contact_name }, ownerId };
}

async function findCompany(
  call: CrmContext,
  id: string | null | undefined,
  domain: string | undefined,
  name: string,
): Promise<CompanyRow | undefined> {
  if (id) {
    return call.db.selectFrom("crm_company").selectAll().where("id", "=", id).executeTakeFirst();
  }
  return (await matchCompany(call, { domain })) ?? (await findCompanyByName(call, name));
}
