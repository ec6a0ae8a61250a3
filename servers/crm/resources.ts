import { type ResourceList, resourceDefiner } from "../../src/kit/define-resource.ts";
import type { Completion } from "../../src/kit/read-source.ts";
import type { CrmContext } from "./store/context.ts";
import { getDealTool } from "./tools/get-deal.ts";
import { getRecordTool } from "./tools/get-record.ts";
import { listPipelinesTool } from "./tools/list-pipelines.ts";
import { searchRecordsTool } from "./tools/search-records.ts";

const defineResource = resourceDefiner<CrmContext>();

type RecordType = "company" | "contact" | "lead" | "deal";

/** References of records, by what is typed of the reference or the name. */
export function completeRef(type: RecordType): Completion<CrmContext> {
  return {
    tool: searchRecordsTool,
    arguments: (typed) => ({ type, limit: 100, ...(typed.trim() !== "" && { query: typed }) }),
    field: "ref",
  };
}

/** Records in use, the newest first. */
function listRecords(type: RecordType, status: string): ResourceList<CrmContext> {
  return {
    tool: searchRecordsTool,
    arguments: ({ cursor }) => ({ type, status: [status], ...(cursor !== undefined && { cursor }) }),
    item: ({ ref, name }) => ({ values: { id: String(ref) }, title: `${ref} ${name}` }),
  };
}

/** A record in full, as get_record shows it. */
function recordResource(type: RecordType, title: string, status: string) {
  return defineResource({
    name: type,
    uri: `crm://${type}/{id}`,
    title,
    description: `One ${type} by id or ref, with its latest activities and its open tasks, as get_record shows it.`,
    tool: getRecordTool,
    arguments: ({ id }) => ({ type, id }),
    complete: { id: completeRef(type) },
    list: listRecords(type, status),
  });
}

/** What clients may attach to a conversation; each is opened by the grant of the read tool behind it. */
export const resources = [
  defineResource({
    name: "pipelines",
    uri: "crm://pipelines",
    title: "Pipelines and stages",
    description:
      "The sales pipelines with their stages in order, and where a deal may move from each. The first 100.",
    tool: listPipelinesTool,
    arguments: () => ({ limit: 100 }),
  }),
  defineResource({
    name: "deal",
    uri: "crm://deal/{id}",
    title: "Deal",
    description:
      "One deal by id or ref (DEAL-0031), with company, stage and lines. Amounts are net, in minor units.",
    tool: getDealTool,
    arguments: ({ id }) => ({ id }),
    complete: { id: completeRef("deal") },
    list: listRecords("deal", "open"),
  }),
  recordResource("lead", "Lead", "open"),
  recordResource("company", "Company", "active"),
  recordResource("contact", "Contact", "active"),
];
