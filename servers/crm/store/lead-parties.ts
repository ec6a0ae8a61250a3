import { companyRow, insertCompany, updateCompany } from "./companies.ts";
import { findPossibleDuplicate, matchCompany } from "./company-match.ts";
import { matchContact } from "./contact-match.ts";
import { insertContact, updateContact } from "./contacts.ts";
import type { CrmContext } from "./context.ts";
import { domainOfEmail } from "./domains.ts";
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
  const { email } = lead;
  const byEmail = await matchContact(call, { email });
  const domain = email === undefined ? undefined : domainOfEmail(email);
  const known = await findCompany(call, byEmail?.company_id, domain, lead.company_name);

  const ownerId = lead.owner_id ?? (await pickOwner(call, known?.owner_id));
  const company = known ?? {
    id: await insertCompany(call, { name: lead.company_name, domain, owner_id: ownerId }),
    name: lead.company_name,
  };

  const details = { company_id: company.id, email, phone: lead.phone };
  const person = byEmail ?? (await matchContact(call, { ...details, name: lead.contact_name }));
  if (person) {
    // what is known stays: a lead adds details, and corrects none
    await updateContact(
      call,
      person,
      {
        company_id: person.company_id ?? company.id,
        email: person.email ?? email,
        phone: person.phone ?? lead.phone,
      },
      { replaceEmail: false },
    );
    return { company, contact: person, ownerId };
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
  if (id) return companyRow(call, id);
  const byDomain = await matchCompany(call, { domain });
  if (byDomain !== undefined) return byDomain;
  // of companies of this name, one with another domain is another company
  const byName = await findPossibleDuplicate(call, name, { domain });
  if (byName && domain !== undefined) await updateCompany(call, byName, { domain }, { replaceKeys: false });
  return byName;
}
