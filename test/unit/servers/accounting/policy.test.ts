import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { definition } from "../../../../servers/accounting/definition.ts";
import { describeTool } from "../../../../src/kit/describe-tool.ts";
import { createAccess } from "../../../../src/policy/access.ts";
import { checkPolicies } from "../../../../src/policy/check-policies.ts";
import { openBooks } from "./books.ts";

const file = "policies/limits.cedar";
const text = readFileSync(new URL(`../../../../${file}`, import.meta.url), "utf8");
const tools = definition.tools.map((tool) => describeTool(definition.name, tool));

it("fits the facts that the shipped reminder policies look at", () => {
  const own = text.split(/^(?=@id)/m).filter((policy) => policy.includes("accounting."));
  expect(own.length).toBeGreaterThanOrEqual(2);
  expect(checkPolicies({ policies: [{ file, text: own.join("\n") }], tools })).toEqual([]);
});

it.each([
  { days: 6, minor: 100, refusedBy: ["reminder-not-too-soon"] },
  { days: 7, minor: 500_000, refusedBy: [] },
  { days: 7, minor: 500_001, refusedBy: ["large-reminder"] },
])("decides a reminder $days days late over $minor by the invoice's facts", async (given) => {
  const books = await openBooks();
  const { id } = await books.customer({ payment_terms_days: 0 });
  const issuedOn = new Date(Date.parse("2026-11-02") - given.days * 86_400_000).toISOString().slice(0, 10);
  const invoice = await books.issued(id, issuedOn, given.minor);
  const input = { invoice_id: invoice.id, level: 1, subject: "Reminder", body: "Please pay." };
  const tool = definition.tools.find(({ name }) => name === "send_reminder");
  const access = createAccess({
    grants: new Map([["agent:collector", ["accounting.send_reminder"]]]),
    policies: [{ file, text }],
    tools,
  });
  const decision = access.decide({
    principal: "agent:collector",
    roles: [],
    tool: "accounting.send_reminder",
    arguments: input,
    facts: (await tool?.resource?.(input, books.contextNow())) ?? {},
  });
  expect(decision.allowed).toBe(given.refusedBy.length === 0);
  if (!decision.allowed) expect(decision.policies).toEqual(given.refusedBy);
});
