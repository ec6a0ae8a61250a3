import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import { email, expectedVersion, line, ownerKey, phone, recordKey } from "../fields.ts";
import { contactRecord, personStatuses } from "../records.ts";
import { matchCompany } from "../store/company-match.ts";
import { matchContact } from "../store/contact-match.ts";
import {
  type ContactInput,
  clearableContactFields,
  contactRow,
  getContact,
  insertContact,
  updateContact,
} from "../store/contacts.ts";
import type { CrmContext } from "../store/context.ts";
import { domainOfEmail } from "../store/domains.ts";
import { getActiveOwner, pickOwner } from "../store/owners.ts";
import { findRecord } from "../store/record-directory.ts";
import type { ContactRow } from "../store/tables.ts";

export const upsertContactTool = defineTool({
  name: "upsert_contact",
  title: "Add or update a contact",
  description:
    "Add a person, or update the one with the same email, id, or name within the company; fields that are left " +
    "out stay as they are. Use it when a person is new or changes; for somebody who may want to buy, use " +
    "create_lead. Contacts are unique by email address, including those of contacts merged into them. A new " +
    "contact without company_id joins the company of its email's domain, when there is one in the CRM. Safe to " +
    "repeat. Returns the contact and whether it was created.",
  effect: "update",
  input: z.strictObject({
    id: recordKey(
      "Id or ref such as CONT-0012 of the contact to update; needed only to change its email.",
    ).optional(),
    name: mark(line(200), "personal").optional().describe("Name of the person. Needed for a new one."),
    email: email.optional(),
    company_id: recordKey("The company that the person works for: id, or ref such as COMP-0007.").optional(),
    phone: phone.optional(),
    job_title: mark(line(120), "personal")
      .optional()
      .describe("What the person does, e.g. Purchasing manager."),
    owner_id: ownerKey
      .optional()
      .describe("Owner, e.g. usr_nina (see list_owners). A new contact without one gets the company's."),
    status: z.enum(personStatuses).optional().describe("archived: no longer written to, but kept."),
    clear: z
      .array(z.enum(clearableContactFields))
      .max(4)
      .default([])
      .describe("Fields of an existing contact to empty."),
    expected_version: expectedVersion,
  }),
  output: contactRecord.extend({ created: z.boolean().describe("Whether the contact is new.") }),
  facts: z.strictObject({ exists: z.boolean(), owner_id: z.string().optional() }),
  async resource(input, call) {
    const contact = await findCurrent(call, await withCompany(call, input));
    return contact === undefined ? { exists: false } : { exists: true, owner_id: contact.owner_id };
  },
  async handler(given, call) {
    const input = await withCompany(call, given);
    const { id, clear, expected_version, ...fields } = input;
    const current = await findCurrent(call, input);
    if (current !== undefined) {
      await updateContact(call, current, fields, {
        expected: expected_version,
        clear,
        replaceEmail: id !== undefined,
      });
      return { ...(await getContact(call, current.id)), created: false };
    }
    if (expected_version !== undefined) {
      throw new RingmainError("NOT_FOUND", "There is no such contact to update.", {
        hint: "Leave expected_version out to add it, or find it with search_records and type contact.",
      });
    }
    if (fields.name === undefined) {
      throw new RingmainError("INPUT_INVALID", "A new contact needs a name.", {
        hint: "No contact has this email yet: pass name to add one.",
      });
    }
    const added = await addContact(call, { ...fields, name: fields.name });
    return { ...(await getContact(call, added)), created: true };
  },
});

interface Named {
  id?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
  company_id?: string | undefined;
}

/** The input with the company's id where the caller may have written its ref. */
async function withCompany<Input extends Named>(call: CrmContext, input: Input) {
  const { company_id } = input;
  if (company_id === undefined) return input;
  return { ...input, company_id: (await findRecord(call, company_id, "company")).id };
}

/** The contact that the caller means. Throws INPUT_INVALID when nothing tells which, CONFLICT for another's email. */
async function findCurrent(call: CrmContext, input: Named): Promise<ContactRow | undefined> {
  if (input.id === undefined) {
    if (input.email !== undefined || (input.company_id !== undefined && input.name !== undefined)) {
      return matchContact(call, input);
    }
    throw new RingmainError("INPUT_INVALID", "Nothing says which contact this is.", {
      hint: "Pass an email, or name and company_id, or the id of a contact that is in the CRM.",
    });
  }
  const { id } = await findRecord(call, input.id, "contact");
  const holder = await matchContact(call, { email: input.email });
  if (holder === undefined || holder.id === id) return contactRow(call, id);
  throw new RingmainError("CONFLICT", `This email is the address of ${holder.ref}.`, {
    hint: "If both are one person, merge_records makes them one; otherwise leave email out.",
  });
}

async function addContact(call: CrmContext, input: ContactInput & { name: string }): Promise<string> {
  const domain = input.email === undefined ? undefined : domainOfEmail(input.email);
  const companyId = input.company_id ?? (await matchCompany(call, { domain }))?.id;
  const companyOwner = companyId === undefined ? undefined : (await findRecord(call, companyId)).owner_id;
  const ownerId =
    input.owner_id === undefined
      ? await pickOwner(call, companyOwner)
      : (await getActiveOwner(call, input.owner_id)).id;
  return insertContact(call, { ...input, company_id: companyId, owner_id: ownerId });
}
