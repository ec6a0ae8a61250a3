import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAccess } from "../../../src/policy/access.ts";
import { cedarSchema, modelTool } from "../../../src/policy/cedar-schema.ts";
import { couldMatch } from "../../../src/policy/policy-scope.ts";
import { scanPolicies } from "../../../src/policy/scan-policies.ts";
import { sampleTools } from "./sample-tools.ts";

const principals = ["agent:collector", "agent:buyer", "client:claude-desktop", "user:maria"] as const;
const cedarTypes = { agent: "Agent", client: "Client", user: "User" };
const toolIds = sampleTools.map((tool) => `${tool.server}.${tool.name}`);
const actions = [...toolIds, "accounting", "crm", "read", "write", "send", "create", "nothing"];

const entity = fc.constantFrom(
  'Agent::"collector"',
  'Agent :: "buyer"',
  'Client::"claude-desktop"',
  'User::"maria"',
  'Role::"finance"',
  'Role::"sales"',
  'Agent::"colle\\u{63}tor"',
  'Agent::"\\"), (//"',
);
const type = fc.constantFrom("Agent", "Client", "User");
const action = fc.constantFrom(...actions).map((id) => `Action::"${id}"`);
const principalScope = fc.oneof(
  fc.constant("principal"),
  entity.map((one) => `principal == ${one}`),
  entity.map((one) => `principal in ${one}`),
  type.map((one) => `principal is ${one}`),
  fc.tuple(type, entity).map(([is, one]) => `principal is ${is} in ${one}`),
);
const actionScope = fc.oneof(
  fc.constant("action"),
  action.map((one) => `action == ${one}`),
  action.map((one) => `action in ${one}`),
  fc.array(action, { minLength: 1, maxLength: 3 }).map((list) => `action in [${list.join(", ")}]`),
);
const condition = fc.constantFrom(
  "",
  "when { true }",
  "when { false }",
  "when { resource has days_overdue && resource.days_overdue < 7 }",
  'when { context.arguments has level && context.arguments.level > 1 } unless { principal in Role::"finance" }',
  "when { resource.days_overdue + 9223372036854775807 > 0 }",
  'when { "; } forbid (principal, action, resource);" == "x" } // ; }\n',
  "when { context.arguments.no_such_thing == 1 }",
  'when { context.arguments == {level: 1, invoice_id: "i"} }',
  'when { context.arguments has "le\\u{76}el" && context.arguments["le\\u{76}el"] > 1 }',
);
const annotation = fc.constantFrom("", '@id("a;b")', '@approval("finance")', "@note");
const policy = fc
  .tuple(annotation, principalScope, actionScope, condition)
  .map(([note, who, what, when]) => `${note} forbid (${who}, ${what}, resource) ${when};`);

const request = fc.record({
  principal: fc.constantFrom(...principals),
  roles: fc.subarray(["finance", "sales"]),
  toolIndex: fc.nat(sampleTools.length - 1),
  level: fc.integer({ min: 1, max: 3 }),
  days: fc.integer({ min: 0, max: 14 }),
});

type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

function requestValues({ toolIndex, level, days }: Request) {
  const amount = { minor: 1, currency: "EUR" };
  const values = [
    { arguments: { invoice_id: "i", level, copies: 1 }, facts: { days_overdue: days, balance: amount } },
    { arguments: { payment_id: "p", amount, lines: [] }, facts: {} },
    { arguments: { limit: 5 }, facts: {} },
    { arguments: { title: "t", due_on: "2026-01-01" }, facts: {} },
  ];
  return values[toolIndex] ?? { arguments: {}, facts: {} };
}

/** What Cedar says with every policy, in one call without anything prepared. */
function decideWithAll(policies: readonly string[], asked: Request): boolean {
  const [kind, id = ""] = asked.principal.split(":");
  const roles = kind === "user" ? asked.roles : [];
  const principal = { type: cedarTypes[kind as keyof typeof cedarTypes], id };
  const tool = sampleTools[asked.toolIndex];
  if (tool === undefined) throw new Error("no such tool");
  const model = modelTool(tool);
  const resource = { type: model.resourceType, id: "r" };
  const values = requestValues(asked);
  const answer = cedar.isAuthorized({
    principal,
    action: { type: "Action", id: model.id },
    resource,
    context: { arguments: values.arguments },
    entities: [
      { uid: resource, attrs: values.facts, parents: [] },
      { uid: principal, attrs: {}, parents: roles.map((role) => ({ type: "Role", id: role })) },
    ],
    schema: cedarSchema(sampleTools.map(modelTool)),
    validateRequest: true,
    policies: { staticPolicies: ["permit (principal, action, resource);", ...policies].join("\n") },
  });
  if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
  return answer.response.decision === "allow" && answer.response.diagnostics.errors.length === 0;
}

describe("slices", () => {
  it("decide as all policies together would", () => {
    const grants = new Map(
      ["agent:collector", "agent:buyer", "client:claude-desktop", "role:finance", "role:sales"].map((one) => [
        one,
        toolIds,
      ]),
    );
    let refused = 0;
    let decided = 0;
    const property = fc.property(
      fc.array(policy, { maxLength: 6 }),
      fc.array(request, { minLength: 4, maxLength: 4 }),
      (policies, asked) => {
        const access = createAccess({
          grants,
          policies: [{ file: "p", text: policies.join("\n") }],
          tools: sampleTools,
        });
        for (const one of asked) {
          const { principal, roles } = one;
          if (principal === "user:maria" && roles.length === 0) continue;
          const expected = decideWithAll(policies, one);
          const tool = toolIds[one.toolIndex] ?? "";
          expect(access.decide({ principal, roles, tool, ...requestValues(one) }).allowed).toBe(expected);
          decided += 1;
          if (!expected) refused += 1;
        }
      },
    );
    fc.assert(property, { numRuns: 120 });
    expect(refused).toBeGreaterThan(decided / 10);
    expect(refused).toBeLessThan(decided * 0.9);
  });

  it("read the scopes that Cedar reads", () => {
    const property = fc.property(policy, (text) => {
      const [scanned, ...more] = scanPolicies("p", text);
      expect(more).toEqual([]);
      const answer = cedar.policyToJson(scanned?.text ?? "");
      if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
      expect(scanned?.effect).toBe(answer.json.effect);
      for (const id of actions) {
        const constraint = JSON.stringify(answer.json.action);
        const names = answer.json.action.op === "All" || constraint.includes(`"id":"${id}"`);
        const who = { type: "Agent", id: "collector", roles: ["finance", "sales"] };
        const forAnyone = { ...scanned?.scope };
        delete forAnyone.principal;
        expect(couldMatch(forAnyone, who, new Set([id]))).toBe(names);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});
