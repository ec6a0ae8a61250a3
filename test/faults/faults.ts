import { accountingFaults } from "./accounting-faults.ts";
import { approvalFaults } from "./approval-faults.ts";
import { auditFaults } from "./audit-faults.ts";
import type { Fault } from "./fault.ts";
import { inventoryFaults } from "./inventory-faults.ts";
import { limitFaults } from "./limit-faults.ts";
import { permissionFaults } from "./permission-faults.ts";
import { sinkFaults } from "./sink-faults.ts";
import { withholdingFaults } from "./withholding-faults.ts";
import { workflowFaults } from "./workflow-faults.ts";

/** All of them, at least one for each invariant. */
export const faults: readonly Fault[] = [
  ...accountingFaults,
  ...inventoryFaults,
  ...workflowFaults,
  ...limitFaults,
  ...approvalFaults,
  ...withholdingFaults,
  ...permissionFaults,
  ...auditFaults,
  ...sinkFaults,
].sort((one, other) => one.invariant - other.invariant);
