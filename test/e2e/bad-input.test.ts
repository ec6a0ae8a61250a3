import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { describeBuilt, runCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

function write(workspace: TestWorkspace, file: string, text: string): void {
  writeFileSync(join(workspace.dir, file), text);
}

describeBuilt("without a workspace", () => {
  it.each([
    ["check"],
    ["run", "x"],
    ["call", "crm.list_owners"],
    ["runs"],
    ["audit", "tail"],
    ["serve"],
    ["mcp", "crm"],
  ])("%s says how to make one", async (...args) => {
    const { code, stdout, stderr } = await runCli(args, { cwd: "/" });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      "NOT_FOUND  There is no ringmain.yaml in this folder or any above it.\n" +
        "  Make a workspace with `ringmain init`, or name one with --workspace DIR or RINGMAIN_WORKSPACE.\n",
    );
  });

  it("names the folder that was given", async () => {
    for (const run of [
      runCli(["check", "-w", "/nowhere"]),
      runCli(["check"], { env: { RINGMAIN_WORKSPACE: "/nowhere" } }),
    ]) {
      const { code, stderr } = await run;
      expect(code).toBe(2);
      expect(stderr).toContain("There is no ringmain.yaml in /nowhere.");
      expect(stderr).toContain("ringmain init /nowhere");
    }
  });
});

describeBuilt("files that are wrong", () => {
  let workspace: TestWorkspace;
  let whole: string;

  beforeAll(async () => {
    workspace = await makeWorkspace({
      roles: { owner: { tools: ["crm.*"] } },
      agents: { reader: { tools: ["accounting.*"] } },
      workflows: { overdue: workflow("accounting.list_invoices", "status: [overdue]") },
    });
    whole = readFileSync(join(workspace.dir, "ringmain.yaml"), "utf8");
    expect(await workspace.ringmain("lock")).toMatchObject({ code: 0 });
  });
  afterEach(() => {
    write(workspace, "ringmain.yaml", whole);
    write(workspace, "workflows/overdue.yaml", workflow("accounting.list_invoices", "status: [overdue]"));
  });
  afterAll(() => workspace.remove());

  function workflow(tool: string, given: string, more = ""): string {
    return `name: Overdue\nagent: reader\nsteps:\n  - id: list\n    call: ${tool}\n    with: { ${given} }\n${more}`;
  }

  it.each([
    ["broken YAML", "name: [x\n", /ringmain\.yaml:\d+:\d+: .*must be .*indented/],
    [
      "an unknown key",
      "name: x\nserverz: {}\n",
      /ringmain\.yaml:2:1: There is no key "serverz" here\.\n {2}Did you mean "servers"\?/,
    ],
    [
      "an unknown built-in server",
      "name: x\nservers: { crm: { builtin: crmm } }\n",
      /ringmain\.yaml:2:\d+: servers\.crm\.builtin: must be one of crm, accounting, inventory/,
    ],
    [
      "a server that is nothing",
      "name: x\nservers: { crm: {} }\n",
      /server crm in ringmain\.yaml needs either builtin: or command:/,
    ],
    ["no name", "sample: false\n", /ringmain\.yaml:1:1: name: /],
  ])("ringmain.yaml with %s", async (_what, text, told) => {
    write(workspace, "ringmain.yaml", text);
    const { code, stdout, stderr } = await workspace.ringmain("check");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(told);
    expect(stderr).toMatch(/^WORKFLOW_INVALID {2}/);
  });

  it.each([["call", "crm.list_owners"], ["run", "overdue"], ["runs"]])(
    "%s does nothing when ringmain.yaml is broken",
    async (...args) => {
      write(workspace, "ringmain.yaml", "name: [x\n");
      const { code, stdout, stderr } = await workspace.ringmain(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^WORKFLOW_INVALID {2}ringmain\.yaml:/);
    },
  );

  it("tells every fault of ringmain.yaml at once", async () => {
    write(workspace, "ringmain.yaml", "name: x\nserverz: {}\nrolez: {}\n");
    const { stderr } = await workspace.ringmain("check");
    expect(stderr).toContain('ringmain.yaml:2:1: There is no key "serverz" here.');
    expect(stderr).toContain('ringmain.yaml:3:1: There is no key "rolez" here.');
  });

  it.each([
    ["broken YAML", "name: x\nsteps:\n  - id: a\n   call: b\n", "4:", "yaml-syntax"],
    [
      "an unknown tool",
      workflow("accounting.list_invoice", ""),
      "5:11",
      'Did you mean "accounting.list_invoices"?',
    ],
    [
      "a wrong type",
      workflow("accounting.list_invoices", "min_days_overdue: often"),
      "6:31",
      "Expected integer",
    ],
    [
      "an unknown argument",
      workflow("accounting.list_invoices", "stauts: [open]"),
      "6:13",
      'Did you mean "status"?',
    ],
    ["an enum value that is none", workflow("accounting.list_invoices", "status: [late]"), "6:22", '"late"'],
    [
      "a misspelt field in an expression",
      workflow("accounting.list_invoices", "", "outputs:\n  next: ${{ steps.list.next_curser }}\n"),
      "8:24",
      'There is no field "next_curser"',
    ],
    [
      "an expression that is none",
      workflow("accounting.list_invoices", "", "outputs:\n  next: ${{ steps.list. }}\n"),
      "8:",
      "overdue.yaml",
    ],
    [
      "an unknown agent",
      workflow("accounting.list_invoices", "").replace("reader", "raeder"),
      "2:8",
      'Did you mean "reader"?',
    ],
    [
      "an agent without the grant",
      workflow("accounting.post_invoice", "invoice_id: inv_1"),
      "5:11",
      "Add accounting.post_invoice to tools: in agents/reader.md",
    ],
    ["a key that is not built", `${workflow("accounting.list_invoices", "")}webhook: {}\n`, "7:1", "webhook"],
  ])("a workflow with %s: file, line, column, code frame and remedy", async (_what, text, position, told) => {
    write(workspace, "workflows/overdue.yaml", text);
    const { code, stdout, stderr } = await workspace.ringmain("check");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`workflows/overdue.yaml:${position}`);
    expect(stderr).toContain(told);
    expect(stderr).toMatch(/^> +\d+ \| /m);
    expect(stderr).toMatch(/^\d+ faults?\.$/m);
    const json = await workspace.ringmain("check", "--json");
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      problems: [{ file: "workflows/overdue.yaml" }],
    });
  });

  it.each([["run", "overdue"], ["serve"]])("a workflow with faults is not started by %s", async (...args) => {
    write(workspace, "workflows/overdue.yaml", workflow("accounting.list_invoice", ""));
    const { code, stdout, stderr } = await workspace.ringmain(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("workflows/overdue.yaml:5:11");
    expect(workspace.query("SELECT count(*) AS runs FROM engine_run")).toEqual([{ runs: 0 }]);
  });

  it("an agent file that is broken: named, and its agent may do nothing", async () => {
    write(workspace, "agents/reader.md", "---\ndescription: x\ntoolz: []\n---\n");
    const { code, stderr } = await workspace.ringmain("check");
    expect(code).toBe(2);
    expect(stderr).toContain("agents/reader.md:3:1");
    expect(stderr).toContain('Did you mean "tools"?');
    write(workspace, "agents/reader.md", '---\ndescription: x\ntools: ["accounting.*"]\n---\n');
  });

  it("a policy that opens instead of narrowing: named", async () => {
    const policies = await makeWorkspace({ policies: { open: "permit (principal, action, resource);\n" } });
    const { code, stderr } = await policies.ringmain("check");
    expect(code).toBe(2);
    expect(stderr).toContain("policies/open.cedar:1:1");
    expect(stderr).toContain("forbid");
    policies.remove();
  });

  it("a lock file that is broken: the remedy mends it", async () => {
    const lock = readFileSync(join(workspace.dir, "ringmain.lock"), "utf8");
    write(workspace, "ringmain.lock", "garbage");
    const { code, stderr } = await workspace.ringmain("check");
    expect(code).toBe(2);
    expect(stderr).toContain("Run `ringmain lock`");
    expect(await workspace.ringmain("lock")).toMatchObject({ code: 0 });
    expect(readFileSync(join(workspace.dir, "ringmain.lock"), "utf8")).toBe(lock);
  });
});

describeBuilt("a person without a role", () => {
  it("starts nothing, by hand or by schedule, and leaves no run", async () => {
    using workspace = await makeWorkspace({
      roles: { finance: { members: ["somebody-else"], tools: [] } },
      agents: { reporter: { tools: ["crm.*"] } },
      workflows: {
        report: "name: Report\nagent: reporter\nsteps:\n  - id: owners\n    call: crm.list_owners\n",
      },
    });
    for (const command of [["run", "report"], ["serve"]]) {
      const { code, stderr } = await runCli([...command, "-w", workspace.dir]);
      expect(code).toBe(3);
      expect(stderr).toContain("POLICY_DENIED");
      expect(stderr).toContain("to the members of a role in ringmain.yaml");
    }
    expect(workspace.query("SELECT count(*) AS runs FROM engine_run")).toEqual([{ runs: 0 }]);
  });
});
