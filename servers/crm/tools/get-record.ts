import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { recordKey, recordTypes } from "../fields.ts";
import { activityRecord, recordDetail, taskRecord } from "../records.ts";
import { recentActivities } from "../store/activities.ts";
import { getCompany } from "../store/companies.ts";
import { getContact } from "../store/contacts.ts";
import type { CrmContext } from "../store/context.ts";
import { getDeal } from "../store/deals.ts";
import { getLead } from "../store/leads.ts";
import { findRecord } from "../store/record-directory.ts";
import type { RecordType } from "../store/tables.ts";
import { openTasksAbout } from "../store/tasks.ts";

export const getRecordTool = defineTool({
  name: "get_record",
  title: "Get a record",
  description:
    "Read one company, contact, lead or deal in full, with its latest activities and its open tasks (at most 20 " +
    "of each). Use search_records to find it. For the lines of a deal alone, get_deal is shorter.",
  effect: "read",
  input: z.strictObject({
    type: z.enum(recordTypes).describe("Which kind of record it is."),
    id: recordKey("Id or reference of the record, e.g. COMP-0007, CONT-0012, LEAD-0007 or DEAL-0031."),
  }),
  output: z.strictObject({
    record: recordDetail,
    activities: z.array(activityRecord).describe("The newest first."),
    open_tasks: z.array(taskRecord).describe("The ones due first in front."),
  }),
  async handler({ type, id: key }, call) {
    const { id } = await findRecord(call, key, type);
    return {
      record: await readRecord(call, type, id),
      activities: await recentActivities(call, id),
      open_tasks: await openTasksAbout(call, id),
    };
  },
});

async function readRecord(
  call: CrmContext,
  type: RecordType,
  id: string,
): Promise<z.input<typeof recordDetail>> {
  switch (type) {
    case "company":
      return { type, ...(await getCompany(call, id)) };
    case "contact":
      return { type, ...(await getContact(call, id)) };
    case "lead":
      return { type, ...(await getLead(call, id)) };
    case "deal":
      return { type, ...(await getDeal(call, id)) };
  }
}
