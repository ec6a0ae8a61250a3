import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAccess } from "../../../src/policy/access.ts";
import { createReach } from "../../../src/policy/reach.ts";
import { limits, sampleTools } from "./sample-tools.ts";

const grants = new Map([
  ["agent:collector", ["accounting.*", "accounting.send_reminder"]],
  ["client:desktop", ["accounting.*", "accounting.send_reminder", "crm.create_task"]],
  ["role:finance", ["accounting.refund_payment", "accounting.send_reminder"]],
  ["role:sales", ["crm.create_task"]],
]);
const reminder = 'action == Action::"accounting.send_reminder"';

function reachWith(...texts: string[]) {
  const policies = texts.map((text, index) => ({ file: `policies/p${index}.cedar`, text }));
  const reach = createReach({ grants, policies, tools: sampleTools });
  return (principal: string, tool: string, roles: readonly string[] = []) =>
    reach({ principal, roles }, tool);
}

describe("what a principal may do with a tool", () => {
  it("is what the grants open, where no policy has a say", () => {
    const reach = reachWith();
    expect(reach("agent:collector", "accounting.list_invoices")).toEqual({
      access: "allow",
      grant: "accounting.*",
      policies: [],
    });
    expect(reach("agent:collector", "accounting.refund_payment")).toEqual({ access: "deny", policies: [] });
    expect(reach("agent:collector", "accounting.no_such_tool").access).toBe("deny");
    expect(reach("user:*", "crm.create_task", ["sales"]).access).toBe("allow");
    expect(reach("user:*", "crm.create_task", ["finance"]).access).toBe("deny");
    expect(reach("client:anonymous", "accounting.list_invoices").access).toBe("deny");
  });

  it("names the policies that may have a say, and the role that one asks", () => {
    const reach = createReach({ grants, policies: [limits], tools: sampleTools });
    expect(reach({ principal: "agent:collector", roles: [] }, "accounting.send_reminder")).toEqual({
      access: "approval",
      grant: "accounting.send_reminder",
      policies: [
        { id: "reminder-not-too-soon", place: "policies/limits.cedar:2", always: false },
        { id: "large-reminder", place: "policies/limits.cedar:6", approval: "finance", always: false },
      ],
    });
  });

  it.each([
    ["forbid (principal, action, resource);", "deny"],
    [`forbid (principal, ${reminder}, resource);`, "deny"],
    ['forbid (principal, action in Action::"write", resource);', "deny"],
    ['forbid (principal, action in [Action::"crm", Action::"send"], resource);', "deny"],
    // a group is no action: Cedar never finds the two equal
    ['forbid (principal, action == Action::"write", resource);', "allow"],
    ['forbid (principal == Client::"desktop", action, resource);', "allow"],
    ['forbid (principal is Agent, action, resource) when { principal == Agent::"collector" };', "deny"],
    ['forbid (principal, action, resource) unless { principal in Role::"finance" };', "deny"],
    ['forbid (principal, action, resource) when { action in Action::"crm" };', "allow"],
    ['forbid (principal, action, resource is Facts::"x");', "deny"], // Cedar cannot read it
    ["forbid (principal, action, resource is Facts::accounting__send_reminder);", "deny"],
    ["forbid (principal, action, resource is Facts::crm__create_task);", "allow"],
    [`forbid (principal, ${reminder}, resource) when { resource.days_overdue < 7 };`, "conditional"],
    [`forbid (principal, ${reminder}, resource) unless { context.arguments.level > 1 };`, "conditional"],
    [`@approval("finance") forbid (principal, ${reminder}, resource);`, "approval"],
    [`@approval("finance") forbid (principal, action in Action::"crm", resource);`, "allow"],
    ["forbid (principal, action, resource) when { resource. };", "deny"],
  ])("%s: %s", (text, access) => {
    expect(reachWith(text)("agent:collector", "accounting.send_reminder").access).toBe(access);
  });

  it("is not lessened by a rule that withholds a part of the answer, which is told all the same", () => {
    const masks =
      '@id("masks") @mask("personal") forbid (principal, action in Action::"accounting", resource);';
    expect(reachWith(masks)("agent:collector", "accounting.send_reminder")).toEqual({
      access: "allow",
      grant: "accounting.send_reminder",
      policies: [{ id: "masks", place: "policies/p0.cedar:1", withholds: "fields", always: true }],
    });
  });

  it("is no, where one policy refuses always and another would ask", () => {
    const asks = '@approval("finance") @id("asks") forbid (principal, action, resource);';
    const refuses = '@id("refuses") forbid (principal in Role::"finance", action, resource);';
    const found = reachWith(asks, refuses)("user:maria", "accounting.send_reminder", ["finance"]);
    expect(found.policies).toEqual([{ id: "refuses", place: "policies/p1.cedar:1", always: true }]);
    expect(found.access).toBe("deny");
  });

  it("agrees with every decision, whatever the arguments and facts", () => {
    const principalPart = fc.constantFrom(
      "principal",
      'principal == Agent::"collector"',
      'principal in Role::"finance"',
      "principal is User",
      'principal is User in Role::"sales"',
    );
    const actionPart = fc.constantFrom(
      "action",
      reminder,
      'action in Action::"write"',
      'action in Action::"accounting"',
      'action == Action::"write"',
      'action in [Action::"crm.create_task", Action::"accounting.refund_payment"]',
    );
    const condition = fc.constantFrom(
      "",
      'when { principal in Role::"finance" }',
      "unless { principal is User }",
      'when { action in Action::"send" }',
      "when { resource has days_overdue && resource.days_overdue < 7 }",
      "when { context.arguments has level && context.arguments.level > 1 }",
      'unless { context.arguments has title && context.arguments.title == "a" }',
    );
    const rule = fc
      .tuple(fc.constantFrom("", '@approval("finance") '), principalPart, actionPart, condition)
      .map(([approval, who, action, when]) => `${approval}forbid (${who}, ${action}, resource) ${when};`);
    const caller = fc.constantFrom(
      { principal: "agent:collector", roles: [] },
      { principal: "client:desktop", roles: [] },
      { principal: "user:maria", roles: ["finance"] },
      { principal: "user:ben", roles: ["finance", "sales"] },
      { principal: "user:zoe", roles: [] },
    );
    const money = fc.record({ minor: fc.integer({ min: 0 }), currency: fc.constantFrom("EUR", "USD") });
    const calls = fc.constantFrom("reminder", "refund", "list", "task").chain((kind) =>
      fc.record({
        tool: fc.constant(
          {
            reminder: "accounting.send_reminder",
            refund: "accounting.refund_payment",
            list: "accounting.list_invoices",
            task: "crm.create_task",
          }[kind],
        ),
        arguments: {
          reminder: fc.record({
            invoice_id: fc.string({ unit: "grapheme" }),
            level: fc.integer({ min: 1, max: 3 }),
          }),
          refund: fc.record({ payment_id: fc.constant("pay_1"), amount: money, lines: fc.constant([]) }),
          list: fc.record({ limit: fc.integer({ min: 1 }) }),
          task: fc.record({ title: fc.constantFrom("a", "b"), due_on: fc.constant("2026-11-23") }),
        }[kind],
        facts:
          kind === "reminder" ? fc.record({ days_overdue: fc.nat(20), balance: money }) : fc.constant({}),
      }),
    );
    const seen = new Set<string>();
    const property = fc.property(
      fc.array(rule, { maxLength: 4 }),
      caller,
      fc.array(calls, { minLength: 1, maxLength: 6 }),
      (texts, who, made) => {
        const policies = [{ file: "policies/p.cedar", text: texts.join("\n") }];
        const reach = createReach({ grants, policies, tools: sampleTools });
        const access = createAccess({ grants, policies, tools: sampleTools });
        for (const call of made) {
          const { access: told } = reach(who, call.tool);
          const decision = access.decide({ ...who, ...call });
          const outcome = decision.allowed ? "allow" : decision.code;
          const possible = {
            allow: ["allow"],
            conditional: ["allow", "POLICY_DENIED"],
            approval: ["allow", "POLICY_DENIED", "APPROVAL_REQUIRED"],
            deny: ["POLICY_DENIED"],
          }[told];
          seen.add(`${told} ${outcome}`);
          expect(possible, `${texts.join("\n")} ${JSON.stringify({ who, call, told })}`).toContain(outcome);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
    // the property says something only if all of these came up
    expect([...seen].sort()).toEqual([
      "allow allow",
      "approval APPROVAL_REQUIRED",
      "approval POLICY_DENIED",
      "approval allow",
      "conditional POLICY_DENIED",
      "conditional allow",
      "deny POLICY_DENIED",
    ]);
  });
});
