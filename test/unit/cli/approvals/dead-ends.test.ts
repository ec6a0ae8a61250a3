import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { decidersOf } from "../../../../src/approval/deciders.ts";
import {
  deadEndLines,
  deadEnds,
  membersIn,
  rolesWithoutPeople,
} from "../../../../src/cli/approvals/dead-ends.ts";
import { examineApprovals } from "../../../../src/cli/approvals/examine-approvals.ts";
import { parseWorkspaceFile } from "../../../../src/core/workspace-file.ts";
import { loadWorkspace } from "../../../../src/workspace/load-workspace.ts";
import { type Notes, openNotes } from "../../../fixtures/kit/open-notes.ts";
import {
  startOfTests,
  type TemporaryWorkspace,
  temporaryWorkspace,
} from "../../../fixtures/kit/temporary-workspace.ts";

const ask = (role: string) => ({ role, policy: `ask-${role}`, place: "policies/a.cedar:1" });
const byRun = { asks: [ask("finance")], principal: "agent:collector", startedBy: "user:joe" };

/** The configuration that has these roles and no other. */
function withRoles(roles: string) {
  const { value, problems } = parseWorkspaceFile(`name: Test\nroles: ${roles}\n`);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return { config: value };
}

const decided = (roles: string, request: Parameters<typeof decidersOf>[0] = byRun) =>
  decidersOf(request, membersIn(withRoles(roles)));

describe("who can decide about a request", () => {
  it("is every member but who asked and who started the run, by name", () => {
    const roles = "{ finance: { members: [maria, joe, olga, maria] }, owner: { members: [joe] } }";
    expect(decided(roles)).toEqual([
      { role: "finance", people: ["user:maria", "user:olga"], excluded: ["user:joe"] },
    ]);
    expect(decided(roles, { ...byRun, principal: "user:maria", startedBy: undefined })).toMatchObject([
      { people: ["user:joe", "user:olga"], excluded: ["user:maria"] },
    ]);
    expect(decided(roles, { ...byRun, startedBy: "schedule:chase" })).toMatchObject([{ excluded: [] }]);
  });

  it("is anybody else where a role is everybody's", () => {
    expect(decided(`{ finance: { members: ["*", joe] } }`)).toMatchObject([
      { people: ["*"], excluded: ["user:joe"] },
    ]);
  });

  it("is told role by role where several are asked", () => {
    const request = { ...byRun, asks: [ask("finance"), ask("owner"), ask("finance")] };
    expect(decided("{ finance: { members: [maria] }, owner: { members: [joe] } }", request)).toMatchObject([
      { role: "finance", people: ["user:maria"] },
      { role: "owner", people: [], excluded: ["user:joe"] },
    ]);
  });
});

describe("a dead end", () => {
  const linesOf = (roles: string, requests = [byRun]) => deadEndLines(deadEnds(requests, withRoles(roles)));

  it.each([
    ["no role", "{ constructor: { members: [maria] } }", "there is no role finance"],
    ["no members", "{ finance: { tools: [accounting.*] } }", "finance has no members"],
    [
      "nobody but who started the run",
      "{ finance: { members: [joe] } }",
      "joe, the only member of finance, asked for it or started the run",
    ],
  ])("with %s is told, with what to write and whom not to name", (_what, roles, why) => {
    const lines = linesOf(roles);
    expect(lines[0]).toBe(`Nobody can approve this request: ${why}.`);
    expect(lines.join("\n")).toContain("A second person is needed");
    expect(lines.join("\n")).toContain("not joe");
  });

  it("names what to add to ringmain.yaml, which keeps the role's members and tools, and ends it", () => {
    const roles = "{ finance: { members: [joe], tools: [accounting.*, crm.*] } }";
    const shown = linesOf(roles).at(-1) ?? "";
    expect(shown.trim()).toBe("roles: { finance: { members: [joe, NAME], tools: [accounting.*, crm.*] } }");
    const mended = JSON.stringify(parse(shown.replace("NAME", "maria")).roles);
    expect(linesOf(mended)).toEqual([]);
    expect(decided(mended)).toMatchObject([{ people: ["user:maria"] }]);
  });

  it("is told once for all that wait for the same role, and not where somebody can decide", () => {
    const other = { ...byRun, startedBy: "user:olga" };
    const owners = { ...byRun, asks: [ask("owner")] };
    const lines = linesOf("{ finance: {}, owner: { members: [maria] } }", [byRun, other, owners]);
    expect(lines[0]).toBe("Nobody can approve these 2 requests: finance has no members.");
    expect(lines.join("\n")).toContain("not joe and olga");
    expect(lines.filter((line) => line.includes("roles:"))).toHaveLength(1);
  });

  it("of the sample workspace is told before anything waits", () => {
    const sample = loadWorkspace(fileURLToPath(new URL("../../../..", import.meta.url)));
    const [lines = [], ...others] = rolesWithoutPeople(sample);
    expect(others).toEqual([]);
    expect(lines[0]).toContain("Policies ask finance for approval, but finance has no members");
    expect(lines.at(-1)).toContain("roles: { finance: { members: [NAME], tools: [accounting.*] } }");
    const { finance, ...roles } = sample.config.roles;
    if (finance === undefined) throw new Error("the sample has no role finance");
    const peopled = { ...sample.config, roles: { ...roles, finance: { ...finance, members: ["maria"] } } };
    expect(rolesWithoutPeople({ ...sample, config: peopled })).toEqual([]);
  });
});

describe("what doctor says of approvals", () => {
  let workspace: TemporaryWorkspace;
  let notes: Notes;
  const tools = ["notes.*", "notes.add_note", "notes.send_note"];
  const policies = {
    notes: `@id("ask") @approval("editors") forbid (principal, action == Action::"notes.send_note", resource);`,
  };
  const examine = (now = startOfTests) => examineApprovals(loadWorkspace(workspace.dir), now);
  beforeEach(async () => {
    workspace = await temporaryWorkspace({ roles: { editors: { tools, members: ["joe"] } }, policies });
    notes = await openNotes(workspace);
  });
  afterEach(() => {
    notes[Symbol.dispose]();
    workspace[Symbol.dispose]();
  });

  it("warns of what waits for nobody but who asked, until it expires", async () => {
    expect(examine()).toBe("nothing waits");
    const token = workspace.token("user:joe", { roles: ["editors"] });
    const { id } = await notes.result("add_note", { text: "Hello" }, { token });
    expect(await notes.call("send_note", { id: String(id) }, { token })).toMatchObject({
      error: { code: "APPROVAL_REQUIRED" },
    });
    expect(examine()).toEqual({
      warning: true,
      detail: "1 request waiting",
      hint: expect.stringContaining("joe, the only member of editors, asked for it"),
    });
    expect(examine(new Date("2026-11-06T08:00:00Z"))).toBe("nothing waits");
  });
});
