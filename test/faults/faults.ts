import { accountingFaults } from "./accounting-faults.ts";
import type { Fault } from "./fault.ts";
import { inventoryFaults } from "./inventory-faults.ts";
import { workflowFaults } from "./workflow-faults.ts";

/** All of them, at least one for each invariant. */
export const faults: readonly Fault[] = [...accountingFaults, ...inventoryFaults, ...workflowFaults].sort(
  (one, other) => one.invariant - other.invariant,
);
