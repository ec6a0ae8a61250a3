import type { Fault } from "./fault.ts";

const repeatedRuns = "test/unit/workflows/repeated-runs.test.ts";
const lowStock = { file: repeatedRuns, name: "a low-stock run" };
const wonDeal = { file: repeatedRuns, name: "a won deal" };

export const workflowFaults: readonly Fault[] = [
  {
    invariant: 14,
    broken: "what is on order is not counted, seen by runs that are killed and repeated",
    edits: [
      {
        file: "servers/inventory/store/reorder.ts",
        find: "item.on_hand - item.reserved + item.on_order`)\n    .where(sql<boolean>`${available} + item.on_order <= item.reorder_point`)",
        put: "item.on_hand - item.reserved`)\n    .where(sql<boolean>`${available} <= item.reorder_point`)",
      },
      {
        file: "servers/inventory/store/reorder.ts",
        find: "target - item.available - item.on_order",
        put: "target - item.available",
      },
    ],
    foundBy: lowStock,
  },
  {
    invariant: 15,
    broken: "the business key (once) of a call is ignored",
    edits: [
      {
        file: "src/audit/stored-call.ts",
        find: "const ofOnce = once === undefined ? undefined : byOnce.get(once, tool);",
        put: "const ofOnce = undefined;",
      },
    ],
    foundBy: wonDeal,
  },
  {
    invariant: 15,
    broken: "a business key is looked up for the same run only",
    edits: [
      {
        file: "src/audit/stored-call.ts",
        find: "byOnce.get(once, tool);",
        put: "key && byKey({ key, tool, principal }) ? byOnce.get(once, tool) : undefined;",
      },
    ],
    foundBy: wonDeal,
  },
  {
    invariant: 15,
    broken: "calls that share a commit do not see each other's business keys",
    edits: [
      {
        file: "src/kit/execute.ts",
        find: "recentKeys.has(key) || recentKeys.has(once)) flush();",
        put: "recentKeys.has(key)) flush();",
      },
    ],
    foundBy: wonDeal,
  },
  {
    invariant: 15,
    broken: "the workflow reserves without a business key",
    edits: [
      {
        file: "workflows/won-deal-to-cash.yaml",
        find: "    once: reserve/${{ inputs.deal_id }}\n",
        put: "",
      },
    ],
    foundBy: wonDeal,
  },
  {
    invariant: 15,
    broken: "the workflow's key of the invoice is that of the run, not of the deal",
    edits: [
      {
        file: "workflows/won-deal-to-cash.yaml",
        find: "    once: invoice/${{ inputs.deal_id }}\n",
        put: "",
      },
    ],
    foundBy: wonDeal,
  },
];
