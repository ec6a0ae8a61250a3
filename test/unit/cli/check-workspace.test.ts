import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { checkWorkspace } from "../../../src/cli/check-workspace.ts";
import { readLock } from "../../../src/cli/workspace-tools.ts";
import { loadWorkspace } from "../../../src/workspace/load-workspace.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const workspace = loadWorkspace(root);
const tools = readLock(workspace)?.tools ?? [];

/** What `check` finds in the sample workspace with one more policy file, as `file:line:column code message`. */
async function check(policy: string): Promise<string[]> {
  const policies = [...workspace.policies, { id: "new", file: "policies/new.cedar", text: policy }];
  const { problems } = await checkWorkspace({ ...workspace, policies }, tools);
  return problems.map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`,
  );
}

const head = '@id("new")\nforbid (principal, action == Action::"accounting.send_reminder", resource)\n';

it.each([
  [
    "a misspelt argument",
    `${head}when { context.arguments.levl > 1 };`,
    "3:8 policy-invalid Attribute `arguments.levl` in the context of accounting.send_reminder not found.",
  ],
  [
    "a misspelt fact",
    `${head}when { resource.day_overdue > 1 };`,
    "3:8 policy-invalid Attribute `day_overdue` in the facts of accounting.send_reminder not found.",
  ],
  [
    "a wrong type",
    `${head}when { resource.balance.minor > "5000" };`,
    "3:33 policy-invalid Unexpected type: expected Long but saw String.",
  ],
  [
    "an unknown tool",
    '@id("new")\nforbid (principal, action == Action::"accounting.refund", resource);',
    '2:30 policy-invalid Unrecognized action `Action::"accounting.refund"`.',
  ],
  [
    "a permit",
    '@id("new")\npermit (principal, action, resource);',
    "2:1 policy-permit A permit opens nothing: only tools: lists open anything.",
  ],
  [
    "an impossible rule",
    `${head}when { resource.days_overdue < 7 && false };`,
    "1:1 policy-impossible Policy is impossible: the policy expression evaluates to false for all valid requests.",
  ],
  [
    "a rule about a group as if it were a tool",
    '@id("new")\nforbid (principal, action == Action::"write", resource);',
    "1:1 policy-impossible Unable to find an applicable action given the policy scope constraints.",
  ],
])("finds %s in a policy, with line and column", async (_what, policy, expected) => {
  expect(await check(policy)).toEqual([`policies/new.cedar:${expected}`]);
});

it.each([
  ["principal", "who: agent:colector", "4:10 unknown-principal", "agent:colector"],
  ["tool", "tool: accounting.send_remindr", "4:11 unknown-tool", "accounting.send_remindr"],
  ["policy", "by: large-remindr", "4:9 unknown-policy", "large-remindr"],
  ["argument", "arguments: { levl: 1 }", "4:18 unknown-argument", "levl"],
  ["fact", "facts: { days_overdu: 6 }", "4:14 unknown-fact", "days_overdu"],
])(
  "finds an unknown %s in a table of policy test, when it is to look there",
  async (_what, line, place, name) => {
    const text = `defaults: { who: agent:collector, tool: accounting.send_reminder }
cases:
  - name: misspelt
    ${line}
    expect: deny
`;
    const policyTests = [...workspace.policyTests, { id: "new", file: "policies/new.test.yaml", text }];
    const changed = { ...workspace, policyTests };
    const { problems } = await checkWorkspace(changed, tools, { withTests: true });
    expect(problems).toHaveLength(1);
    expect(problems).toMatchObject([
      { file: "policies/new.test.yaml", message: expect.stringContaining(name) },
    ]);
    expect(problems.map((found) => `${found.line}:${found.column} ${found.code}`)).toEqual([place]);
    // what runs does not depend on what is tested
    expect((await checkWorkspace(changed, tools)).problems).toEqual([]);
  },
);

it("finds a call that a policy forbids under all circumstances, where it stands in the workflow", async () => {
  const file = "workflows/chase-overdue-invoices.yaml";
  const lines = readFileSync(`${root}/${file}`, "utf8").split("\n");
  const line = lines.findIndex((text) => text.includes("call: accounting.send_reminder"));
  const column = (lines[line] ?? "").indexOf("accounting.send_reminder") + 1;
  const told = `${file}:${line + 1}:${column} policy-forbids new (policies/new.cedar:1) forbids agent "collector" every call of accounting.send_reminder.`;
  expect(await check(`${head};`)).toEqual([told]);
  expect(
    await check('@id("new") forbid (principal == Agent::"collector", action in Action::"send", resource);'),
  ).toEqual([told]);
  // what a condition decides, or a person, is for the call to find out
  expect(await check(`${head}when { resource.days_overdue < 99 };`)).toEqual([]);
  expect(await check(`@approval("finance")\n${head};`)).toEqual([]);
  expect(await check(`${head}when { principal == Agent::"buyer" };`)).toEqual([]);
});
