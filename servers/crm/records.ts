import { z } from "zod";
import { instant, isoDate, money, tradeLine } from "../../src/kit/fields.ts";
import { mark } from "../../src/kit/mark.ts";
import { about, namedReference, personReference, version } from "./fields.ts";

const id = z.string().describe("Stable id; pass it to other tools.");
const name = z.string().describe("Name for people.");
const personName = mark(name, "personal");
const email = mark(z.string(), "personal");
const phone = mark(z.string(), "personal").optional().describe("Telephone number.");
const lastActivityOn = isoDate.describe("Day of the last activity, or of the creation when there was none.");
const owner = personReference("owner").describe("The person responsible.");
const ref = (example: string) => z.string().describe(`Reference that people use, e.g. ${example}.`);

const written = {
  created_at: instant.optional().describe("When it was added, RFC 3339 in UTC."),
  updated_at: instant.optional().describe("When it was last changed, RFC 3339 in UTC."),
};

export const personStatuses = ["active", "archived"] as const;
export const leadStatuses = ["open", "qualified", "closed"] as const;
export const dealStatuses = ["open", "won", "lost"] as const;

/** Fields that are optional here are left out of concise answers, or when nothing is known. */
export const companyRecord = z.strictObject({
  id,
  ref: ref("COMP-0007"),
  name,
  status: z.enum(personStatuses).describe("archived: kept, but no longer in use."),
  domain: z.string().optional().describe("Registrable internet domain, e.g. clyde-workboats.example."),
  external_id: z.string().optional().describe("Id of the company in another system."),
  country: z.string().optional().describe("ISO 3166-1 alpha-2, e.g. FR."),
  city: z.string().optional().describe("City of its seat."),
  language: z.string().optional().describe("Language of letters, ISO 639-1, e.g. fr."),
  phone,
  owner,
  last_activity_on: lastActivityOn,
  ...written,
  version,
});

export const contactRecord = z.strictObject({
  id,
  ref: ref("CONT-0012"),
  name: personName,
  status: z.enum(personStatuses).describe("archived: kept, but no longer in use."),
  company: namedReference("company").optional(),
  email: email.optional().describe("Email address."),
  phone,
  job_title: mark(z.string(), "personal").optional().describe("What the person does."),
  owner,
  last_activity_on: lastActivityOn,
  ...written,
  version,
});

export const leadRecord = z.strictObject({
  id,
  ref: ref("LEAD-0007"),
  name: personName.describe("What they ask for, or company and contact."),
  status: z.enum(leadStatuses).describe("qualified: worth selling to. closed: given up."),
  source: z.string().describe("Where the lead came from, e.g. website."),
  owner,
  contact: personReference("contact"),
  company: namedReference("company"),
  last_activity_on: lastActivityOn,
  note: mark(z.string(), "personal").optional().describe("Anything worth knowing."),
  closed_reason: z.string().optional().describe("Why it was given up, when it is closed."),
  ...written,
  version,
});

const dealSummary = z.strictObject({
  id,
  ref: ref("DEAL-0031"),
  name,
  pipeline_id: z.string().describe("Pipeline, e.g. sales; list_pipelines shows its stages."),
  stage: z.string().describe("Stage of the pipeline, e.g. proposal; list_pipelines shows them."),
  status: z.enum(dealStatuses).describe("Follows from the stage."),
  amount: money.describe("Net value of the deal."),
  company: namedReference("company"),
  contact: personReference("contact").optional(),
  lead: personReference("lead").optional().describe("The lead that it came from."),
  owner,
  expected_close_on: isoDate.optional().describe("Day on which the decision is expected."),
  closed_on: isoDate.optional().describe("Day on which it was won or lost."),
  lost_reason: z.string().optional().describe("Why it was lost."),
  last_activity_on: lastActivityOn,
  ...written,
  version,
});

const lines = z.array(tradeLine).describe("What is sold; empty when only an amount is known.");

export const dealRecord = dealSummary.extend({ lines });

/** A record as a list shows it. */
export const recordSummary = z.discriminatedUnion("type", [
  companyRecord.extend({ type: z.literal("company").describe("Which kind of record it is.") }),
  contactRecord.extend({ type: z.literal("contact").describe("Which kind of record it is.") }),
  leadRecord.extend({ type: z.literal("lead").describe("Which kind of record it is.") }),
  dealSummary.extend({ type: z.literal("deal").describe("Which kind of record it is.") }),
]);

/** A record with everything that is stored about it. */
export const recordDetail = z.discriminatedUnion("type", [
  companyRecord.extend({ type: z.literal("company").describe("Which kind of record it is.") }),
  contactRecord.extend({ type: z.literal("contact").describe("Which kind of record it is.") }),
  leadRecord.extend({ type: z.literal("lead").describe("Which kind of record it is.") }),
  dealSummary.extend({
    type: z.literal("deal").describe("Which kind of record it is."),
    lines: lines.optional(),
  }),
]);

/** Says that the caller named a record that has been merged into the one it gets. */
export const redirectedFrom = z
  .strictObject({
    id: z.string().describe("Id of the merged record."),
    ref: z.string().describe("Its reference."),
    name: personName.describe("Its name."),
    merged_at: instant,
  })
  .optional()
  .describe("Present when the id you passed was merged into this record: use this record's id from now on.");

export const taskRecord = z.strictObject({
  id,
  ref: ref("TASK-0004"),
  title: mark(z.string(), "personal").describe("What is to be done."),
  about,
  assignee: personReference("assignee").describe("Who is to do it."),
  status: z.enum(["open", "done"]).describe("done: nothing is left to do."),
  due_on: isoDate.optional().describe("Day by which it is to be done."),
  outcome: mark(z.string(), "personal").optional().describe("What came of it, once it is done."),
  version,
});

export const activityRecord = z.strictObject({
  id,
  kind: z.enum(["call", "email", "meeting", "note"]).describe("What happened."),
  occurred_on: isoDate.describe("Day on which it happened."),
  summary: mark(z.string(), "personal").describe("What was said or agreed."),
  logged_by: z.string().describe("The principal that logged it, e.g. agent:sales-assistant."),
});

/** One move of a deal from stage to stage. */
export const stageMove = z.strictObject({
  from_stage: z.string().describe("Key of the stage before."),
  to_stage: z.string().describe("Key of the stage after."),
  reason: z.string().optional().describe("Why it was moved."),
  changed_by: z.string().describe("The principal that moved it, e.g. agent:order-desk."),
  changed_at: instant,
  merged_from: z.string().optional().describe("Ref of the merged deal that made the move."),
});

const stageRecord = z.strictObject({
  stage: z.string().describe("Key of the stage, as move_deal_stage takes it."),
  name,
  status: z.enum(dealStatuses).describe("What a deal in this stage is: open, won or lost."),
  probability_percent: z.int().describe("How likely a deal in this stage is won, 0 to 100."),
  allowed_next: z
    .array(z.string())
    .describe("Stages to which a deal may move from here. From a won or lost stage: with reopen only."),
});

export const pipelineRecord = z.strictObject({
  id: z.string().describe("Key of the pipeline, e.g. sales."),
  name,
  stages: z.array(stageRecord).describe("In their order; new deals start in the first open one."),
  version,
});

export const ownerRecord = z.strictObject({
  id,
  name: personName,
  email: email.describe("Email address; the one by which an owner is known."),
  status: z.enum(personStatuses).describe("archived: kept, but no longer in use."),
  version,
});
