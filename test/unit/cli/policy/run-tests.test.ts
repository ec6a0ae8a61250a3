import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runPolicyTests } from "../../../../src/cli/policy/run-tests.ts";
import { readLock } from "../../../../src/cli/workspace-tools.ts";
import { formatProblem } from "../../../../src/workflow/code-frame.ts";
import { loadWorkspace } from "../../../../src/workspace/load-workspace.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const workspace = loadWorkspace(root);
const tools = readLock(workspace)?.tools ?? [];

function run(text: string, policy?: string) {
  const policies =
    policy === undefined ? workspace.policies : [{ id: "p", file: "policies/p.cedar", text: policy }];
  return runPolicyTests({
    workspace: { ...workspace, policies },
    tools,
    files: [{ file: "policies/t.test.yaml", text }],
  });
}

/** The faults of one case, as `line:column message (hint)`. */
function faults(text: string): string[] {
  return run(text).problems.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message} (${hint})`,
  );
}

const reminder = `cases:
  - who: agent:collector
    tool: accounting.send_reminder
`;

describe("tests of policies", () => {
  it("hold for the sample workspace, whose test files are neither policies nor workflows", () => {
    expect(workspace.policyTests.map(({ file }) => file)).toEqual(["policies/limits.test.yaml"]);
    expect(workspace.policies.filter(({ file }) => !file.endsWith(".cedar"))).toEqual([]);
    expect(workspace.workflows.filter(({ file }) => file.includes(".test."))).toEqual([]);
    const { results, problems } = runPolicyTests({ workspace, tools, files: workspace.policyTests });
    expect(problems).toEqual([]);
    expect(results.length).toBeGreaterThan(8);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
  });

  it("fail one by one when a policy changes, and name what decided instead and where", () => {
    const policies = workspace.policies.map((file) => ({ ...file, text: file.text.replace("< 7", "< 8") }));
    const changed = { ...workspace, policies };
    const { results } = runPolicyTests({ workspace: changed, tools, files: workspace.policyTests });
    expect(results.filter(({ ok }) => !ok)).toMatchObject([
      {
        case: { name: "seven days are not", line: 14 },
        decided: {
          decision: "deny",
          by: [{ id: "reminder-not-too-soon", place: "policies/limits.cedar:2" }],
        },
      },
    ]);
  });

  it("fail when the right thing happens for another reason", () => {
    const decide = (expected: string) =>
      run(`${reminder}    facts: { days_overdue: 30, balance: { minor: 500001 } }\n${expected}`).results.map(
        ({ ok, decided }) => [ok, decided.decision, decided.roles, decided.by.map(({ id }) => id)],
      );
    const decided = ["approval", ["finance"], ["large-reminder"]];
    expect(decide("    expect: approval")).toEqual([[true, ...decided]]);
    expect(decide("    expect: approval\n    role: finance\n    by: [large-reminder]")).toEqual([
      [true, ...decided],
    ]);
    expect(decide("    expect: approval\n    role: owner")).toEqual([[false, ...decided]]);
    expect(decide("    expect: approval\n    by: reminder-not-too-soon")).toEqual([[false, ...decided]]);
    expect(decide("    expect: deny")).toEqual([[false, ...decided]]);
    expect(decide("    expect: allow")).toEqual([[false, ...decided]]);
  });

  it.each([
    ["facts: { days_overdu: 6 }", '4:14 There is no fact "days_overdu" here. (Did you mean "days_overdue"?)'],
    ["facts: { days_overdue: six }", /^4:28 Expected integer, but this is "six"/],
    ["facts: { days_overdue: 30, balance: { minor: 1, curency: EUR } }", /^4:53 .*"curency".*"currency"/],
    ["arguments: { levl: 1 }", '4:18 There is no argument "levl" here. (Did you mean "level"?)'],
    ["arguments: { level: 4 }", /^4:25 .*3/],
    [
      "facts: { days_overdue: 30 }",
      "4:12 facts.balance.minor is missing, and large-reminder looks at it. (Give it a value, here or under defaults.)",
    ],
    ["role: finance", "4:5 Only an approval asks a role. (Write expect: approval, or leave role out.)"],
    ["facts: { days_overdue: ", /^\d+:\d+ /],
    ["wo: agent:collector", '4:5 There is no key "wo" here. (Did you mean "who"?)'],
  ])("%s is a fault of the file", (line, expected) => {
    const found = faults(`${reminder}    ${line}\n    expect: deny\n`);
    expect(found).toContainEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
  });

  it.each([
    [
      "who: agent:colector\n    tool: accounting.send_reminder\n    expect: deny",
      '2:10 There is no principal "agent:colector" here. (Did you mean "agent:collector"?)',
    ],
    [
      "who: agent:collector\n    tool: accounting.send_remindr\n    expect: deny",
      '3:11 There is no tool "accounting.send_remindr". (Did you mean "accounting.send_reminder"?)',
    ],
    [
      "who: agent:collector\n    tool: crm.create_task\n    expect: deny\n    by: large-remindr",
      '5:9 There is no policy "large-remindr". (Did you mean "large-reminder"?)',
    ],
    [
      "who: agent:collector\n    tool: crm.get_deal\n    expect: approval\n    role: finanse",
      '5:11 There is no role "finanse". (Did you mean "finance"?)',
    ],
    [
      "who: agent:collector\n    tool: crm.list_owners\n    facts: { a: 1 }\n    expect: deny",
      "4:5 crm.list_owners tells policies no facts. (Leave facts out.)",
    ],
    [
      "tool: crm.create_task\n    expect: deny",
      "2:5 who is missing (Write who: agent:collector, for instance.)",
    ],
  ])("%s: %s", (text, expected) => {
    expect(faults(`cases:\n  - ${text}\n`)).toContain(expected);
  });

  it("tells a fault of the defaults once, with the lines around it", () => {
    const text = `defaults: { facts: { days_overdu: 6 }, who: agent:collector, tool: accounting.send_reminder }
cases:
  - { expect: deny, facts: { days_overdue: 3, balance: { minor: 1 } } }
  - { expect: deny, facts: { days_overdue: 4, balance: { minor: 1 } } }
`;
    const { results, problems } = run(text);
    expect(results).toEqual([]);
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(problem && formatProblem(problem, text)).toContain(
      `> 1 | ${text.split("\n")[0]}\n    |                      ^`,
    );
  });

  it("need no value that no policy looks at, and invent none that one does", () => {
    const one = (policy: string, more: string) => {
      const { results, problems } = run(`${reminder}    expect: deny\n    ${more}\n`, policy);
      return problems.length > 0 ? problems.map(({ message }) => message) : results[0]?.decided.decision;
    };
    const head = '@id("a") forbid (principal, action == Action::"accounting.send_reminder", resource)';
    expect(one(`${head} when { resource.level > 1 };`, "facts: { level: 2 }")).toBe("deny");
    expect(one(`${head} when { context.arguments.level > 1 };`, "arguments: { level: 1 }")).toBe("allow");
    expect(one(`${head} when { context.arguments.level > 1 };`, "arguments: {}")).toEqual([
      "arguments.level is missing, and a looks at it.",
    ]);
    expect(one(`${head} when { resource.balance == resource.balance };`, "facts: {}")).toEqual([
      "facts.balance is missing, and a looks at it.",
    ]);
    expect(one(`${head} when { context == context };`, "facts: {}")).toContain(
      "arguments.invoice_id is missing, and a looks at it.",
    );
    expect(one(`${head};`, "facts: {}")).toBe("deny");
  });

  it("in the help are right", () => {
    const help = readFileSync(`${root}/src/cli/commands/policy.ts`, "utf8");
    const [, example = ""] = /NAME\.test\.yaml:\n([\s\S]*?)\n\n/.exec(help) ?? [];
    const { results, problems } = run(example);
    expect(problems).toEqual([]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
  });
});
