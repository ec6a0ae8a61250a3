import type { ServerDefinition } from "../../src/kit/define-tool.ts";
import { initial } from "./migrations/0001-initial.ts";
import { prompts } from "./prompts.ts";
import { resources } from "./resources.ts";
import type { CrmContext } from "./store/context.ts";
import type { CrmTables } from "./store/tables.ts";
import { tools } from "./tools.ts";

/** The CRM: whom the firm knows, what they may buy, and who does what about it by when. */
export const definition: ServerDefinition<CrmTables, CrmContext> = {
  name: "crm",
  title: "CRM",
  instructions:
    "Companies, contacts, leads, deals, activities and tasks of one firm. Records are named by id or by ref " +
    "(COMP-0007, CONT-0012, LEAD-0007, DEAL-0031, TASK-0004); both work everywhere. Find records with " +
    "search_records, people of the firm with list_owners, stages of the pipelines with list_pipelines. Ids " +
    "of records that were merged lead to the record that they were merged into. Amounts are " +
    "net and in minor units, days are YYYY-MM-DD in UTC. Pass the version you read as expected_version when you " +
    "change a record, so that nobody's change is overwritten.",
  migrations: [initial],
  tools,
  resources,
  prompts,
  context: (call) => call,
};
