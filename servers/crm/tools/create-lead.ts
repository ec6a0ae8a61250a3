import { z } from "zod";
import { mark } from "../../../src/kit/mark.ts";
import { defineTool } from "../define-tool.ts";
import { email, line, multiline, ownerKey, phone } from "../fields.ts";
import { leadRecord } from "../records.ts";
import { matchContact } from "../store/contact-match.ts";
import { findOrAddParties } from "../store/lead-parties.ts";
import { findOpenLead, getLead, insertLead } from "../store/leads.ts";
import { getActiveOwner } from "../store/owners.ts";

export const createLeadTool = defineTool({
  name: "create_lead",
  title: "Create a lead",
  description:
    "Record that somebody may want to buy. Use it for every new enquiry; when it is worth selling to, " +
    "qualify_lead makes a deal of it. The contact is found by email (else by name within the company) and the " +
    "company by the domain of the email (else by name); what is not known yet is added. An open lead of the same " +
    "contact with the same name is returned as duplicate_of instead of a second one. Returns the lead.",
  effect: "create",
  input: z.strictObject({
    company_name: line(200).describe("Name of the company that the person works for."),
    contact_name: mark(line(200), "personal").describe("Name of the person."),
    email: email.optional(),
    phone: phone.optional(),
    name: line(200)
      .optional()
      .describe("What they ask for, e.g. Mooring lines for two tugs. Defaults to company and contact."),
    source: line(60).default("other").describe("Where it came from, e.g. website, trade fair, referral."),
    note: mark(multiline(4000), "personal").optional().describe("Anything worth knowing, in plain text."),
    owner_id: ownerKey
      .optional()
      .describe(
        "Who follows up, e.g. usr_nina (see list_owners). Defaults to the company's owner, or for a new company to " +
          "the person with the fewest open leads.",
      ),
  }),
  output: leadRecord.extend({
    created: z.boolean().describe("Whether the lead is new."),
    duplicate_of: z.string().optional().describe("Ref of the open lead that was there already."),
  }),
  facts: z.strictObject({ source: z.string(), known_contact: z.boolean() }),
  async resource({ source, email }, call) {
    const contact = await matchContact(call, { email });
    return { source, known_contact: contact !== undefined };
  },
  async handler(input, call) {
    const owner = input.owner_id === undefined ? undefined : await getActiveOwner(call, input.owner_id);
    const { company, contact, ownerId } = await findOrAddParties(call, { ...input, owner_id: owner?.id });
    const name = input.name ?? `${company.name}: ${contact.name}`.slice(0, 200);
    const open = await findOpenLead(call, contact.id, name);
    if (open) return { ...(await getLead(call, open.id)), created: false, duplicate_of: open.ref };
    const id = await insertLead(call, {
      name,
      source: input.source,
      note: input.note,
      company_id: company.id,
      contact_id: contact.id,
      owner_id: ownerId,
    });
    return { ...(await getLead(call, id)), created: true };
  },
});
