import { z } from "zod";
import type { Json } from "../../../src/core/json.ts";
import { isoDate, money, tradeLine } from "../../../src/kit/fields.ts";
import type { PolicyTool } from "../../../src/policy/cedar-schema.ts";

/** The JSON Schema of a zod schema, as the kit would hand it over. */
export function jsonSchema(schema: z.ZodType, io: "input" | "output" = "input"): Json {
  return JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io })));
}

export const sendReminder: PolicyTool = {
  server: "accounting",
  name: "send_reminder",
  effect: "send",
  inputSchema: jsonSchema(
    z.strictObject({
      invoice_id: z.string(),
      level: z.int().min(1).max(3),
      subject: z.string().optional(),
      note: z.string().nullable().optional(),
      discount: z.number().optional(),
      send_on: isoDate.optional(),
      copies: z.int().default(1),
    }),
  ),
  factsSchema: jsonSchema(
    z.strictObject({ days_overdue: z.int(), balance: money, ratio: z.number().optional() }),
  ),
};

const refundPayment: PolicyTool = {
  server: "accounting",
  name: "refund_payment",
  effect: "create",
  inputSchema: jsonSchema(
    z.strictObject({ payment_id: z.string(), amount: money, lines: z.array(tradeLine) }),
  ),
};

const listInvoices: PolicyTool = {
  server: "accounting",
  name: "list_invoices",
  effect: "read",
  inputSchema: jsonSchema(
    z.strictObject({ limit: z.int().default(50), status: z.array(z.string()).optional() }),
  ),
};

const createTask: PolicyTool = {
  server: "crm",
  name: "create_task",
  effect: "create",
  inputSchema: jsonSchema(z.strictObject({ title: z.string(), due_on: isoDate })),
};

export const sampleTools: readonly PolicyTool[] = [sendReminder, refundPayment, listInvoices, createTask];

/** The policies that the project ships. */
export const limits = {
  file: "policies/limits.cedar",
  text: `// Grants open, policies only narrow: every rule here is a forbid. @approval turns "no" into "ask finance".
@id("reminder-not-too-soon")
forbid (principal, action == Action::"accounting.send_reminder", resource)
when { resource.days_overdue < 7 };

@id("large-reminder")
@approval("finance")
forbid (principal, action == Action::"accounting.send_reminder", resource)
when { resource.balance.minor > 500000 };
`,
};
