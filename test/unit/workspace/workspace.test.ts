import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findWorkspace } from "../../../src/workspace/find-workspace.ts";
import { grantsOf, limitsOf, loadWorkspace, rolesOf } from "../../../src/workspace/load-workspace.ts";
import { temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

const files = {
  agents: { writer: { tools: ["notes.add_note"], limits: { writes_per_day: 3 } } },
  clients: { desk: { tools: ["notes.*"] } },
  roles: { owner: { tools: ["notes.*"], members: ["*"] }, editor: { tools: [], members: ["maria"] } },
};

describe("a workspace", () => {
  it("says who has which grants, limits and roles", async () => {
    using made = await temporaryWorkspace(files);
    const workspace = loadWorkspace(made.dir);
    expect(grantsOf(workspace)).toEqual(
      new Map([
        ["agent:writer", ["notes.add_note"]],
        ["client:desk", ["notes.*"]],
        ["role:owner", ["notes.*"]],
        ["role:editor", []],
      ]),
    );
    expect(limitsOf(workspace).get("agent:writer")).toEqual({ writes_per_day: 3 });
    expect([rolesOf(workspace, "maria"), rolesOf(workspace, "jo")]).toEqual([["owner", "editor"], ["owner"]]);
  });

  it("gives an agent with a fault no grants, and tells the fault", async () => {
    using made = await temporaryWorkspace(files);
    writeFileSync(
      join(made.dir, "agents", "bad.md"),
      "---\ndescription: x\ntools: [notes.add_note]\nmodle: x\n---\n",
    );
    const workspace = loadWorkspace(made.dir);
    expect(workspace.agents.map((agent) => agent.id)).toEqual(["writer"]);
    expect(workspace.problems).toMatchObject([
      { code: "unknown-key", file: "agents/bad.md", line: 4, hint: 'Did you mean "model"?' },
    ]);
  });

  it("is none with a fault in its own file, whose place is told", async () => {
    using made = await temporaryWorkspace();
    writeFileSync(join(made.dir, "ringmain.yaml"), "name: x\nclient: {}\n");
    expect(() => loadWorkspace(made.dir)).toThrow(
      expect.objectContaining({
        code: "WORKFLOW_INVALID",
        message: 'ringmain.yaml:2:1: There is no key "client" here.',
        hint: 'Did you mean "clients"?',
      }),
    );
  });

  it("whose files cannot be read says which", async () => {
    using made = await temporaryWorkspace();
    mkdirSync(join(made.dir, "policies", "x.cedar"));
    const unreadable = expect.objectContaining({
      code: "STATE_INVALID",
      message: expect.stringContaining("x.cedar"),
    });
    expect(() => loadWorkspace(made.dir)).toThrow(unreadable);
    rmSync(made.dir, { recursive: true });
    expect(() => loadWorkspace(made.dir)).toThrow(expect.objectContaining({ code: "STATE_INVALID" }));
    mkdirSync(made.dir);
  });

  it("tells each file that was meant to be read and is not", async () => {
    using made = await temporaryWorkspace(files);
    mkdirSync(join(made.dir, "policies/finance"));
    mkdirSync(join(made.dir, "workflows"));
    const unread = [
      "agents/desk.MD",
      "policies/finance/refunds.cedar",
      "policies/limits.cedar.txt",
      "policies/LIMITS.CEDAR",
      "workflows/report.yml",
    ];
    const others = [
      "policies/.limits.cedar.swp",
      "policies/limits.cedar~",
      "policies/notes.txt",
      "workflows/a.md",
    ];
    for (const file of [...unread, ...others]) writeFileSync(join(made.dir, file), "");
    const { problems, policies } = loadWorkspace(made.dir);
    expect(problems.map(({ file }) => file).sort()).toEqual(unread.sort());
    expect(problems[0]).toMatchObject({
      code: "unread-file",
      hint: "Only agents/*.md is read: move or rename the file, or take it out of the folder.",
    });
    expect(policies).toEqual([]);
  });

  it("without agents, workflows or policies has none of them", async () => {
    using made = await temporaryWorkspace();
    for (const folder of ["agents", "policies"]) rmSync(join(made.dir, folder), { recursive: true });
    expect(loadWorkspace(made.dir)).toMatchObject({ agents: [], workflows: [], policies: [], problems: [] });
  });
});

describe("finding the workspace", () => {
  it("takes the one named, else the environment's, else the nearest upward", async () => {
    using made = await temporaryWorkspace();
    using other = await temporaryWorkspace();
    const environment = { RINGMAIN_WORKSPACE: other.dir };
    const from = join(made.dir, "agents");
    expect(findWorkspace({ named: made.dir, environment, from: "/" })).toBe(made.dir);
    expect(findWorkspace({ named: "..", environment, from })).toBe(made.dir);
    expect(findWorkspace({ environment, from })).toBe(other.dir);
    expect(findWorkspace({ environment: {}, from })).toBe(made.dir);
  });

  it("says how to make or name one", () => {
    const missing = (hint: string) =>
      expect.objectContaining({ code: "NOT_FOUND", hint: expect.stringContaining(hint) });
    expect(() => findWorkspace({ environment: {}, from: "/" })).toThrow(missing("RINGMAIN_WORKSPACE"));
    expect(() => findWorkspace({ environment: { RINGMAIN_WORKSPACE: "/nowhere" }, from: "/" })).toThrow(
      missing("ringmain init /nowhere"),
    );
  });
});
