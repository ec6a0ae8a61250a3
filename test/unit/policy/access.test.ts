import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../../src/core/tool-description.ts";
import { type AccessRequest, createAccess } from "../../../src/policy/access.ts";
import type { PolicyTool } from "../../../src/policy/cedar-schema.ts";
import { limits, sampleTools } from "./sample-tools.ts";

const grants = new Map([
  ["agent:collector", ["accounting.*", "accounting.send_reminder"]],
  ["client:claude-desktop", ["accounting.list_invoices", "crm.create_task"]],
  ["client:anonymous", ["accounting.*", "crm.create_task"]],
  ["role:finance", ["accounting.refund_payment", "accounting.send_reminder"]],
  ["role:sales", ["crm.create_task"]],
]);

function accessWith(...texts: string[]) {
  const policies = texts.map((text, index) => ({ file: `policies/p${index}.cedar`, text }));
  return createAccess({ grants, policies: policies.length === 0 ? [limits] : policies, tools: sampleTools });
}

function reminder(changes: Partial<AccessRequest> = {}): AccessRequest {
  return {
    principal: "agent:collector",
    roles: [],
    tool: "accounting.send_reminder",
    arguments: { invoice_id: "inv_1", level: 1, copies: 1 },
    facts: { days_overdue: 10, balance: { minor: 120_00, currency: "EUR" } },
    ...changes,
  };
}

const head = 'forbid (principal, action == Action::"accounting.send_reminder", resource)';

describe("the shipped policies", () => {
  const access = accessWith();

  it("let an ordinary reminder pass and say which rules looked at it", () => {
    expect(access.decide(reminder())).toEqual({
      allowed: true,
      policies: ["reminder-not-too-soon", "large-reminder"],
    });
  });

  it.each([
    [6, 500_000, "POLICY_DENIED", ["reminder-not-too-soon"]],
    [7, 500_001, "APPROVAL_REQUIRED", ["large-reminder"]],
    [6, 500_001, "POLICY_DENIED", ["reminder-not-too-soon", "large-reminder"]],
  ])("%i days and %i cents: %s", (days_overdue, minor, code, policies) => {
    const decision = access.decide(
      reminder({ facts: { days_overdue, balance: { minor, currency: "EUR" } } }),
    );
    expect(decision).toMatchObject({ allowed: false, code });
    expect(decision.policies.toSorted()).toEqual([...policies].sort());
  });

  it("allow exactly at their limits", () => {
    const facts = { days_overdue: 7, balance: { minor: 500_000, currency: "EUR" } };
    expect(access.decide(reminder({ facts })).allowed).toBe(true);
  });

  it("name the role and the rule when a person must approve", () => {
    const facts = { days_overdue: 30, balance: { minor: 900_000, currency: "EUR" } };
    expect(access.decide(reminder({ facts }))).toEqual({
      allowed: false,
      code: "APPROVAL_REQUIRED",
      policies: ["large-reminder"],
      message: "accounting.send_reminder needs the approval of finance (policy large-reminder)",
      hint: expect.stringMatching(/^See policies\/.*\.cedar:\d+\.$/),
      asks: [
        {
          role: "finance",
          policy: "large-reminder",
          place: expect.stringMatching(/^policies\/.*\.cedar:\d+$/),
        },
      ],
    });
  });

  it("name the file and line of the rule that forbids", () => {
    const facts = { days_overdue: 1, balance: { minor: 1, currency: "EUR" } };
    expect(access.decide(reminder({ facts }))).toMatchObject({
      message:
        "agent:collector may not call accounting.send_reminder here: policy reminder-not-too-soon forbids it",
      hint: "See policies/limits.cedar:2.",
    });
  });
});

describe("grants", () => {
  const access = accessWith();

  it.each([
    ["agent:collector", [], "accounting.list_invoices", "accounting.*"],
    ["agent:collector", [], "accounting.send_reminder", "accounting.send_reminder"],
    ["agent:collector", [], "accounting.refund_payment", undefined],
    ["agent:collector", [], "crm.create_task", undefined],
    ["agent:collector", ["sales"], "crm.create_task", undefined],
    ["agent:stranger", [], "accounting.list_invoices", undefined],
    ["client:claude-desktop", [], "crm.create_task", "crm.create_task"],
    ["client:claude-desktop", ["finance"], "accounting.refund_payment", undefined],
    ["client:anonymous", [], "accounting.list_invoices", undefined],
    ["user:maria", [], "accounting.refund_payment", undefined],
    ["user:maria", ["finance"], "accounting.refund_payment", "accounting.refund_payment"],
    ["user:maria", ["finance", "sales"], "crm.create_task", "crm.create_task"],
    ["role:finance", [], "accounting.refund_payment", undefined],
    ["role:finance", ["finance"], "accounting.refund_payment", undefined],
    ['["user:maria","finance"]', [], "accounting.refund_payment", undefined],
    ["collector", [], "accounting.list_invoices", undefined],
    ["agent:", [], "accounting.list_invoices", undefined],
    ["", [], "accounting.list_invoices", undefined],
    ["agent:collector", [], "accounting.*", undefined],
    ["agent:collector", [], "accounting.nothing", undefined],
  ])("%s with roles %j calling %s: %s", (principal, roles, tool, grant) => {
    // twice, since the answer is remembered
    expect(access.opens({ principal, roles }, tool)).toBe(grant);
    expect(access.opens({ principal, roles }, tool)).toBe(grant);
    const decision = access.decide(reminder({ principal, roles, tool, arguments: {}, facts: {} }));
    if (grant === undefined) {
      expect(decision).toMatchObject({ allowed: false, code: "POLICY_DENIED", policies: [] });
    }
  });

  it.each([
    ["agent:collector", [], "Add accounting.refund_payment to tools: in agents/collector.md."],
    [
      "client:claude-desktop",
      [],
      "Add accounting.refund_payment to tools: of claude-desktop under clients: in ringmain.yaml.",
    ],
    [
      "user:maria",
      ["sales"],
      "Add accounting.refund_payment to tools: of sales under roles: in ringmain.yaml.",
    ],
    ["user:maria", [], "Add maria to the members of a role in ringmain.yaml."],
    ["client:anonymous", [], "Call with a credential; ringmain connect makes one."],
  ])("tell %s with roles %j where to add one", (principal, roles, hint) => {
    expect(access.decide(reminder({ principal, roles, tool: "accounting.refund_payment" }))).toEqual({
      allowed: false,
      code: "POLICY_DENIED",
      policies: [],
      message: `${principal} has no grant for accounting.refund_payment`,
      hint,
    });
  });

  it("suggest the tool that was meant", () => {
    expect(access.decide(reminder({ tool: "accounting.send_remindr" }))).toMatchObject({
      message: "agent:collector has no grant for accounting.send_remindr, and there is no such tool",
      hint: 'Did you mean "accounting.send_reminder"?',
    });
  });

  it("are the only thing that opens: a permit does not", () => {
    const decision = accessWith('@id("open") permit (principal, action, resource);').decide(
      reminder({ tool: "accounting.refund_payment" }),
    );
    expect(decision).toMatchObject({ allowed: false, policies: [] });
  });

  it("open nothing that no line names, and never a write by a star", () => {
    const server = fc.constantFrom("crm", "accounting", "a-b");
    const name = fc.constantFrom("list", "create", "x_1");
    const effect = fc.constantFrom<Effect>("read", "create", "update", "delete", "send");
    const tool = fc.record({ server, name, effect });
    const line = fc.oneof(
      fc.tuple(server, fc.oneof(name, fc.constant("*"))).map((parts) => parts.join(".")),
      fc.constantFrom("*", "*.*", "crm", "crm.", ".*", "crm.*.*", "crm.li*"),
    );
    const lines = fc.array(line, { maxLength: 5 });
    const principal = fc.oneof(
      fc.constantFrom("agent:a", "client:b", "user:c", "role:r", "client:anonymous", "agent:role:r"),
      fc.string(),
    );
    const property = fc.property(
      fc.uniqueArray(tool, { selector: (one) => `${one.server}.${one.name}`, minLength: 1 }),
      fc.dictionary(fc.constantFrom("agent:a", "client:b", "role:r", "role:s", "client:anonymous"), lines),
      principal,
      fc.subarray(["r", "s"]),
      (described, listed, who, roles) => {
        const tools: PolicyTool[] = described.map((one) => ({ ...one, inputSchema: { type: "object" } }));
        const held = new Map(Object.entries(listed));
        const access = createAccess({ grants: held, policies: [], tools });
        for (const one of described) {
          const id = `${one.server}.${one.name}`;
          const own = who.startsWith("user:")
            ? roles.flatMap((role) => held.get(`role:${role}`) ?? [])
            : held.get(who);
          const named = own?.includes(id) === true;
          const starred = own?.includes(`${one.server}.*`) === true && one.effect === "read";
          const expected = who !== "client:anonymous" && !who.startsWith("role:") && (named || starred);
          const request = { principal: who, roles, tool: id, arguments: {}, facts: {} };
          expect(access.decide(request).allowed).toBe(expected);
          expect(access.opens(request, id) !== undefined).toBe(expected);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

describe("rules over principal, groups and arguments", () => {
  it.each([
    ['forbid (principal == Agent::"collector", action, resource);', false],
    ['forbid (principal == Client::"collector", action, resource);', true],
    ['forbid (principal in Role::"finance", action, resource);', true],
    ["forbid (principal is Agent, action, resource);", false],
    ["forbid (principal is User, action, resource);", true],
    ['forbid (principal, action in Action::"accounting", resource);', false],
    ['forbid (principal, action in [Action::"crm", Action::"send"], resource);', false],
    ['forbid (principal, action in Action::"write", resource);', false],
    ['forbid (principal, action in Action::"read", resource);', true],
    ['forbid (principal, action == Action::"write", resource);', true],
    [`${head} when { context.arguments.level > 2 };`, true],
    [`${head} when { context.arguments.level >= 1 };`, false],
    [`${head} when { context.arguments has subject };`, true],
    [`${head} when { context.arguments.copies == 1 };`, false],
    [`${head} when { context.arguments == {invoice_id: "inv_1", level: 1} };`, true],
    [`${head} when { context.arguments == {invoice_id: "inv_1", level: 1, copies: 1} };`, false],
    [`${head} when { context.arguments["le\\u{76}el"] == 1 };`, false],
    [`${head} when { context["arguments"]["level"] == 1 };`, false],
    [`${head} when { (if true then context else context).arguments.level == 1 };`, false],
    [`${head} unless { resource.balance.currency == "EUR" };`, true],
    [`${head} unless { principal in Role::"finance" };`, false],
  ])("%s lets the reminder pass: %s", (text, allowed) => {
    expect(accessWith(text).decide(reminder()).allowed).toBe(allowed);
  });

  it("see the roles of a person", () => {
    const access = accessWith('@id("no-finance") forbid (principal in Role::"finance", action, resource);');
    const who = { principal: "user:maria", roles: ["finance", "sales"] };
    expect(access.decide(reminder(who))).toMatchObject({ allowed: false, policies: ["no-finance"] });
    const exempt = accessWith(`${head} unless { principal in Role::"finance" };`);
    expect(exempt.decide(reminder(who)).allowed).toBe(true);
  });

  it("fill a default that was left out, and take null for absent", () => {
    const access = accessWith(
      `${head} when { context.arguments.copies == 1 && context.arguments has note };`,
    );
    const decide = (note: unknown) =>
      access.decide(reminder({ arguments: { invoice_id: "i", level: 1, note } })).allowed;
    expect(decide("x")).toBe(false);
    expect(decide(null)).toBe(true);
  });

  it("go by their place when they have no id", () => {
    expect(accessWith(`\n\n  ${head};`).decide(reminder())).toMatchObject({
      allowed: false,
      policies: ["policies/p0.cedar:3"],
    });
  });

  it("name every role that must approve", () => {
    const decision = accessWith(
      `@id("a") @approval("finance") ${head}; @id("b") @approval("sales") ${head};`,
    ).decide(reminder());
    expect(decision).toMatchObject({
      code: "APPROVAL_REQUIRED",
      message: expect.stringContaining("finance and sales"),
      asks: [
        { role: "finance", policy: "a" },
        { role: "sales", policy: "b" },
      ],
    });
  });
});

describe("what cannot be judged is refused, and never throws", () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { nested: deep(levels - 1) });
  const args = { invoice_id: "inv_1", level: 1, copies: 1 };
  const facts = { days_overdue: 10, balance: { minor: 1, currency: "EUR" } };

  const looksAtArguments = `@id("looks") ${head} when {
    context.arguments.invoice_id == "inv_0" || (context.arguments has subject && context.arguments.subject == "x") };`;

  it.each<[string, Partial<AccessRequest>]>([
    ["an integer that is not safe", { facts: { ...facts, days_overdue: 2 ** 53 } }],
    ["a fraction", { facts: { ...facts, days_overdue: 7.5 } }],
    ["not a number", { facts: { ...facts, days_overdue: Number.NaN } }],
    ["infinity", { facts: { ...facts, balance: { minor: Number.POSITIVE_INFINITY, currency: "EUR" } } }],
    ["a bigint", { facts: { ...facts, days_overdue: 10n } }],
    ["text for a number", { facts: { ...facts, days_overdue: "10" } }],
    ["null", { facts: { ...facts, days_overdue: null } }],
    ["a date object", { facts: { ...facts, days_overdue: new Date(0) } }],
    ["missing facts", { facts: {} }],
    ["an array for facts", { facts: { ...facts, balance: [] } }],
    ["an undeclared fact", { facts: { ...facts, extra: 1 } }],
    ["an undeclared argument", { arguments: { ...args, extra: 1 } }],
    ["a missing argument", { arguments: {} }],
    ["a lone surrogate", { arguments: { ...args, subject: "\ud800" } }],
    ["an entity for a text", { arguments: { ...args, invoice_id: { __entity: { type: "Role", id: "x" } } } }],
    ["an extension for a text", { arguments: { ...args, invoice_id: { __extn: { fn: "ip", arg: "::1" } } } }],
    ["an entity for the facts", { facts: { __entity: { type: "Agent", id: "collector" } } }],
    ["an entity beside the facts", { facts: { ...facts, __entity: { type: "Agent", id: "x" } } }],
    [
      "an extension for an amount",
      { facts: { ...facts, balance: { __extn: { fn: "decimal", arg: "1.0" } } } },
    ],
    ["a prototype", { arguments: JSON.parse('{"invoice_id":"i","level":1,"__proto__":{"level":9}}') }],
    ["deep nesting", { arguments: { ...args, subject: deep(5_000) } }],
    ["deep undeclared nesting", { arguments: { ...args, extra: deep(5_000) } }],
  ])("%s", (_, change) => {
    expect(accessWith(limits.text, looksAtArguments).decide(reminder(change))).toMatchObject({
      allowed: false,
      code: "POLICY_DENIED",
      policies: ["reminder-not-too-soon", "large-reminder", "looks"],
      message: expect.stringContaining("could not be evaluated"),
    });
  });

  it("refuses whatever is thrown at it", () => {
    const access = accessWith();
    const property = fc.property(
      fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true }),
      fc.constantFrom("days_overdue", "balance"),
      (value, name) => {
        fc.pre(!Number.isSafeInteger(value));
        expect(access.decide(reminder({ facts: { ...facts, [name]: value } })).allowed).toBe(false);
      },
    );
    fc.assert(property);
  });

  it("does not mind what no rule looks at", () => {
    const decision = accessWith().decide(reminder({ arguments: { ...args, subject: "\ud800" } }));
    expect(decision.allowed).toBe(true);
  });

  it("leaves out what Cedar has no type for, so that it harms nobody", () => {
    const decision = accessWith().decide(reminder({ arguments: { ...args, discount: 0.5 } }));
    expect(decision.allowed).toBe(true);
  });

  it("refuses when a rule errs, though Cedar would skip it", () => {
    const text = `@id("overflows") ${head} when { resource.days_overdue + 9223372036854775807 > 0 };`;
    expect(accessWith(limits.text, text).decide(reminder())).toEqual({
      allowed: false,
      code: "POLICY_DENIED",
      policies: ["overflows"],
      message: "the policy overflows could not be evaluated, so the call is refused",
      hint: "See policies/p1.cedar:1.",
    });
  });

  it("refuses when an approval rule errs", () => {
    const text = `@id("asks") @approval("finance") ${head} when { resource.no_such_fact == 1 };`;
    expect(accessWith(text).decide(reminder())).toMatchObject({ code: "POLICY_DENIED", policies: ["asks"] });
  });

  it.each([
    [
      "a missing semicolon",
      `@id("a") forbid (principal, action == Action::"crm.create_task", resource)\n${head};`,
    ],
    [
      "a missing brace",
      '@id("a") forbid (principal, action == Action::"crm.create_task", resource) when { true ;',
    ],
    ["an open text", '@id("a) forbid (principal, action == Action::"crm.create_task", resource);'],
    ["a word too many", '@id("a") deny forbid (principal, action == Action::"crm.create_task", resource);'],
    ["a template", '@id("a") forbid (principal == ?principal, action, resource);'],
    ["no policy at all", "hello"],
    ["a lone semicolon", ";"],
    ["a broken permit", 'permit (principal, action == Action::"crm.create_task", resource) when'],
  ])("refuses every call when a file cannot be read: %s", (_, text) => {
    const access = accessWith(`@id("fine") ${head} when { false };`, text);
    expect(access.decide(reminder())).toMatchObject({ allowed: false, code: "POLICY_DENIED" });
    expect(
      access.decide(reminder({ tool: "accounting.list_invoices", arguments: {}, facts: {} })).allowed,
    ).toBe(false);
  });

  it("names only the broken rule of a slice", () => {
    const decision = accessWith(
      `@id("fine") ${head} when { false };`,
      `@id("broken") ${head} when { 1 + };`,
    ).decide(reminder());
    expect(decision).toMatchObject({ policies: ["broken"], hint: "Run ringmain check." });
  });

  it("decides the same after preparing", () => {
    const access = accessWith();
    access.prepare({ principal: "agent:collector", roles: [] }, "accounting.send_reminder");
    expect(access.decide(reminder()).allowed).toBe(true);
  });
});
