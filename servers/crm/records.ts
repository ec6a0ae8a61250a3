import { z } from "zod";
import { isoDate, money, tradeLine } from "../../src/kit/fields.ts";
import { about, namedReference, version } from "./fields.ts";

const id = z.string().describe("Stable id; pass it to other tools.");
const name = z.string();
const lastActivityOn = isoDate.describe("Day of the last activity, or of the creation when there was none.");
const owner = namedReference("owner").describe("The person responsible.");
const ref = (example: string) => z.string().describe(`Reference that people use, e.g. ${example}.`);

export const personStatuses = ["active", "archived"] as const;
export const leadStatuses = ["open", "qualified", "closed"] as const;
export const dealStatuses = ["open", "won", "lost"] as const;

const companyFields = {
  id,
  ref: ref("COMP-0007"),
  name,
  status: z.enum(personStatuses),
  domain: z.string().optional().describe("Internet domain, e.g. clyde-workboats.example."),
  external_id: z.string().optional().describe("Id of the company in another system."),
  country: z.string().optional().describe("ISO 3166-1 alpha-2, e.g. FR."),
  city: z.string().optional(),
  language: z.string().optional().describe("Language of letters, ISO 639-1, e.g. fr."),
  phone: z.string().optional(),
  owner,
  last_activity_on: lastActivityOn,
  version,
};

const contactFields = {
  id,
  ref: ref("CONT-0012"),
  name,
  status: z.enum(personStatuses),
  company: namedReference("company").optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  job_title: z.string().optional(),
  owner,
  last_activity_on: lastActivityOn,
  version,
};

const leadFields = {
  id,
  ref: ref("LEAD-0007"),
  name: name.describe("What they ask for, or company and contact."),
  status: z.enum(leadStatuses),
  source: z.string().describe("Where the lead came from, e.g. website."),
  owner,
  contact: namedReference("contact"),
  company: namedReference("company"),
  last_activity_on: lastActivityOn,
  version,
};

const dealFields = {
  id,
  ref: ref("DEAL-0031"),
  name,
  stage: z.string().describe("Stage of the pipeline, e.g. proposal; pipeline_report lists them."),
  status: z.enum(dealStatuses),
  amount: money.describe("Net value of the deal."),
  company: namedReference("company"),
  owner,
  expected_close_on: isoDate.optional().describe("Day on which the decision is expected."),
  last_activity_on: lastActivityOn,
  version,
};

export const companyRecord = z.strictObject(companyFields);
export const leadRecord = z.strictObject({
  ...leadFields,
  note: z.string().optional(),
});
export const dealRecord = z.strictObject({
  ...dealFields,
  contact: namedReference("contact").optional(),
  closed_on: isoDate.optional().describe("Day on which it was won or lost."),
  lost_reason: z.string().optional(),
  lines: z.array(tradeLine).describe("What is sold; empty when only an amount is known."),
});

/** A record as a list shows it. */
export const recordSummary = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("company"), ...companyFields }),
  z.strictObject({ type: z.literal("contact"), ...contactFields }),
  z.strictObject({ type: z.literal("lead"), ...leadFields }),
  z.strictObject({ type: z.literal("deal"), ...dealFields }),
]);

/** A record with everything that is stored about it. */
export const recordDetail = z.discriminatedUnion("type", [
  companyRecord.extend({ type: z.literal("company") }),
  z.strictObject({ type: z.literal("contact"), ...contactFields }),
  leadRecord.extend({ type: z.literal("lead") }),
  dealRecord.extend({ type: z.literal("deal") }),
]);

export const taskRecord = z.strictObject({
  id,
  ref: ref("TASK-0004"),
  title: z.string(),
  about,
  assignee: namedReference("assignee").describe("Who is to do it."),
  status: z.enum(["open", "done"]),
  due_on: isoDate.optional().describe("Day by which it is to be done."),
  outcome: z.string().optional().describe("What came of it, once it is done."),
  version,
});

export const activityRecord = z.strictObject({
  id,
  kind: z.enum(["call", "email", "meeting", "note"]),
  occurred_on: isoDate,
  summary: z.string(),
  logged_by: z.string().describe("The principal that logged it, e.g. agent:sales-assistant."),
});

export const ownerRecord = z.strictObject({
  id,
  name,
  email: z.string(),
  status: z.enum(personStatuses),
  version,
});
