import { expect, it } from "vitest";
import { definition as crm } from "../../../servers/crm/definition.ts";
import { describeTool } from "../../../src/kit/describe-tool.ts";
import { checkPolicies } from "../../../src/policy/check-policies.ts";

const bank = {
  server: "bank",
  name: "get_balance",
  effect: "read" as const,
  inputSchema: { type: "object", properties: {}, additionalProperties: false },
  outputSchema: {
    type: "object",
    required: ["balance"],
    properties: { balance: { type: "integer", "x-marks": ["secret"] } },
  },
};
const tools = [...crm.tools.map((tool) => describeTool("crm", tool)), bank];

const head = (action: string) => `forbid (principal, action ${action}, resource)`;
const search = head('== Action::"crm.search_records"');
const readAll = head('in Action::"read"');

/** The problems of a policy, and the text that each points at. */
function check(text: string) {
  const problems = checkPolicies({ policies: [{ file: "p.cedar", text }], tools });
  const lines = text.split("\n");
  return problems.map(({ code, message, hint, line = 0, column = 0, endColumn }) => ({
    code,
    message,
    hint,
    at: lines[line - 1]?.slice(column - 1, endColumn === undefined ? undefined : endColumn - 1),
  }));
}

it.each([
  ["a mask on one tool", `@id("a") @mask("personal") ${search};`],
  [
    "several marks, under a condition",
    `@id("a") @mask("personal,secret") ${search} when { context.arguments.type == "lead" };`,
  ],
  [
    "a mask on a group, where most tools have no such field",
    `@id("a") @mask("personal") ${head('in Action::"crm"')};`,
  ],
  [
    "records by a field of all shapes",
    `@id("a") @records ${search} unless { resource.owner.id == "usr_nina" };`,
  ],
  [
    "records by a field of some",
    `@id("a") @records ${search} unless { resource has amount && resource.amount.minor > 5 };`,
  ],
])("finds nothing wrong with %s", (_what, text) => {
  expect(check(text)).toEqual([]);
});

it.each([
  [
    "an unknown mark",
    `@id("a")\n@mask("personel") ${search};`,
    "policy-mask-unknown",
    'There is no mark "personel".',
    '"personel"',
  ],
  ["no mark", `@id("a") @mask("") ${search};`, "policy-mask-unknown", "This @mask names no mark", '""'],
  [
    "mask and records",
    `@id("a") @mask("personal") @records ${search};`,
    "policy-annotations",
    "@mask or @records",
    "records",
  ],
  [
    "mask and approval",
    `@id("a") @mask("personal")\n@approval("x") ${search};`,
    "policy-annotations",
    "@mask or @approval",
    '"x"',
  ],
  [
    "records and approval",
    `@id("a") @records @approval("x") ${search};`,
    "policy-annotations",
    "@records or @approval",
    '"x"',
  ],
  [
    "a mask with nothing to mask",
    `@id("a") @mask("personal") ${head('== Action::"crm.list_pipelines"')};`,
    "policy-mask-nothing",
    "crm.list_pipelines answers no personal field",
    '"personal"',
  ],
  [
    "a mask that hits nothing in a group",
    `@id("a") @mask("critical") ${readAll};`,
    "policy-mask-nothing",
    "None of the tools",
    '"critical"',
  ],
  [
    "a field that cannot go",
    `@id("a") @mask("secret") ${head('== Action::"bank.get_balance"')};`,
    "policy-mask-required",
    "bank.get_balance cannot answer without balance",
    '"secret"',
  ],
  [
    "records of a tool without items",
    `@id("a") @records ${head('== Action::"crm.get_deal"')} unless { resource.owner_id == "x" };`,
    "policy-records-nothing",
    "crm.get_deal answers no list of items",
    "records",
  ],
  [
    "records of a group without items",
    `@id("a") @records ${head('in Action::"bank"')} unless { resource.x == 1 };`,
    "policy-records-nothing",
    "None of the tools",
    "records",
  ],
  [
    "a misspelt field of the items",
    `@id("a") @records ${search}\nunless { resource.owner.idd == "usr_nina" };`,
    "policy-invalid",
    "in the items of crm.search_records not found",
    "resource.owner.idd",
  ],
  [
    "a field that not all items have",
    `@id("a") @records ${search} unless { resource.amount.minor > 5 };`,
    "policy-invalid",
    "optional attribute",
    "resource.amount.minor",
  ],
  [
    "a misspelt name after has",
    `@id("a") @records ${search} unless { resource has amout };`,
    "policy-invalid",
    'called "amout"',
    "amout",
  ],
])("finds %s, and where it stands", (_what, text, code, message, at) => {
  expect(check(text)).toContainEqual(
    expect.objectContaining({ code, message: expect.stringContaining(message), at }),
  );
});
