import { z } from "zod";
import { RingmainError } from "../../../src/core/errors.ts";
import { expectVersion } from "../../../src/kit/expect-version.ts";
import { isoDate, money, tradeLine } from "../../../src/kit/fields.ts";
import { defineTool } from "../define-tool.ts";
import { expectedVersion, line, ownerKey, recordKey } from "../fields.ts";
import { dealRecord, leadRecord, leadStatuses, redirectedFrom } from "../records.ts";
import { findDealOfLead, getDeal, linkLead } from "../store/deals.ts";
import { moveLead } from "../store/lead-status.ts";
import { getLead, leadRow } from "../store/leads.ts";
import { openDeal } from "../store/new-deal.ts";
import { getActiveOwner, pickOwner } from "../store/owners.ts";
import { findRecord, touchRecord } from "../store/record-directory.ts";

export const qualifyLeadTool = defineTool({
  name: "qualify_lead",
  title: "Qualify, close or reopen a lead",
  description:
    "Decide what becomes of a lead: qualified (worth selling to; with deal, opens a deal for the lead's company " +
    "and contact), closed (given up; needs a reason), or open (takes a closed lead up again). Use it once " +
    "somebody has spoken with the contact. A lead that has an open deal gets no second one: that deal is returned " +
    "as duplicate_of. Returns the lead, and the deal when there is one; amounts are net, in minor units, " +
    "quantities whole units.",
  effect: "update",
  input: z.strictObject({
    id: recordKey("Id or reference of the lead, e.g. LEAD-0007. search_records with type lead finds it."),
    outcome: z.enum(leadStatuses).default("qualified").describe("What the lead becomes."),
    reason: line(500).optional().describe("Why; required when the lead is closed, e.g. No budget this year."),
    deal: z
      .strictObject({
        name: line(200).optional().describe("What is sold. Defaults to the name of the lead."),
        lines: z.array(tradeLine).max(200).default([]).describe("What is sold, all in one currency."),
        amount: money.optional().describe("Net value in minor units; only while there are no lines."),
        stage: line(40)
          .optional()
          .describe("An open stage; list_pipelines shows them. Defaults to the first."),
        pipeline_id: line(40).optional().describe("Defaults to the first pipeline, normally sales."),
        owner_id: ownerKey.optional().describe("Who sells. Defaults to the owner of the lead."),
        expected_close_on: isoDate.optional().describe("Day on which the decision is expected, YYYY-MM-DD."),
      })
      .optional()
      .describe("The deal to open, with lines or an amount; also for a lead that was qualified before."),
    expected_version: expectedVersion,
  }),
  output: z.strictObject({
    lead: leadRecord.describe("The lead."),
    deal: dealRecord.optional().describe("The deal that was opened, or was there already."),
    duplicate_of: z.string().optional().describe("Ref of the open deal that was there already."),
    redirected_from: redirectedFrom,
  }),
  facts: z.strictObject({
    status: z.string(),
    outcome: z.string(),
    owner_id: z.string(),
    opens_deal: z.boolean(),
  }),
  async resource({ id, outcome, deal }, call) {
    const { status, owner_id } = await findRecord(call, id, "lead");
    return { status, outcome, owner_id, opens_deal: deal !== undefined };
  },
  async handler({ id, outcome, reason, deal, expected_version }, call) {
    const record = await findRecord(call, id, "lead");
    const current = await getLead(call, record.id);
    expectVersion({ name: current.ref, record: current, expected: expected_version, readBy: "get_record" });
    const lead = await leadRow(call, record.id);
    const { redirected_from } = record;
    if (deal === undefined) {
      await moveLead(call, lead, outcome, reason);
      await touchRecord(call, record);
      return { lead: await getLead(call, lead.id), redirected_from };
    }
    if (outcome !== "qualified") {
      throw new RingmainError("INPUT_INVALID", `A lead that becomes ${outcome} gets no deal.`, {
        hint: "Leave deal out, or outcome.",
      });
    }
    const owner = deal.owner_id === undefined ? undefined : await getActiveOwner(call, deal.owner_id);
    if (lead.status !== "qualified") await moveLead(call, lead, "qualified", reason);
    const known = await findDealOfLead(call, lead.id);
    const opened = known
      ? { id: known.id, duplicateOf: known.ref }
      : await openDeal(call, {
          ...deal,
          name: deal.name ?? lead.name,
          company_id: lead.company_id,
          contact_id: lead.contact_id,
          lead_id: lead.id,
          owner_id: owner?.id ?? (await pickOwner(call, lead.owner_id)),
        });
    if (opened.duplicateOf !== undefined) await linkLead(call, opened.id, lead.id);
    await touchRecord(call, record);
    return {
      lead: await getLead(call, lead.id),
      deal: await getDeal(call, opened.id),
      duplicate_of: opened.duplicateOf,
      redirected_from,
    };
  },
});
