import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { permissionMatrix } from "../../../../src/cli/policy/matrix.ts";
import { matrixLines, matrixMarkdown, principalLines } from "../../../../src/cli/policy/matrix-text.ts";
import { readLock } from "../../../../src/cli/workspace-tools.ts";
import { loadWorkspace, type Workspace } from "../../../../src/workspace/load-workspace.ts";

const sample = loadWorkspace(fileURLToPath(new URL("../../../..", import.meta.url)));
const tools = readLock(sample)?.tools ?? [];
const colour = pc.createColors(false);

const access = (workspace: Workspace, principal: string, tool: string) =>
  permissionMatrix(workspace, tools, { principal, tool }).cells.map((cell) => cell.access);

describe("the permission matrix of the sample workspace", () => {
  it("has a cell for every principal and tool", () => {
    const { principals, tools: shown, cells } = permissionMatrix(sample, tools);
    expect(principals.map(({ id }) => id)).toEqual([
      "agent:buyer",
      "agent:collector",
      "agent:order-desk",
      "agent:sales-assistant",
      "agent:writer",
      "client:claude-desktop",
      "role:owner",
      "role:finance",
    ]);
    expect(shown).toHaveLength(tools.length);
    expect(cells).toHaveLength(principals.length * tools.length);
    expect(cells.filter((cell) => cell.principal === "agent:writer" && cell.access !== "deny")).toEqual([]);
  });

  it.each([
    ["agent:collector", "accounting.list_invoices", "allow"],
    ["agent:collector", "accounting.send_reminder", "approval"],
    ["agent:collector", "accounting.refund_payment", "deny"],
    ["client:claude-desktop", "crm.create_lead", "allow"],
    ["client:claude-desktop", "crm.create_task", "deny"],
    ["role:finance", "accounting.list_invoices", "allow"],
    ["role:finance", "accounting.send_reminder", "deny"],
    ["user:somebody", "accounting.send_reminder", "approval"], // everyone has the role owner
  ])("%s, %s: %s", (principal, tool, expected) => {
    expect(access(sample, principal, tool)).toEqual([expected]);
  });

  it("knows the people that a role names, with all of their roles", () => {
    const { owner, finance } = sample.config.roles;
    if (owner === undefined || finance === undefined) throw new Error("the sample has these roles");
    const roles = {
      owner: { ...owner, members: ["ben"] },
      finance: { ...finance, members: ["maria", "ben"] },
    };
    const workspace = { ...sample, config: { ...sample.config, roles } };
    const { principals } = permissionMatrix(workspace, tools);
    expect(principals.slice(-2)).toEqual([
      { id: "user:ben", roles: ["owner", "finance"] },
      { id: "user:maria", roles: ["finance"] },
    ]);
    expect(access(workspace, "user:maria", "crm.get_deal")).toEqual(["deny"]);
    expect(access(workspace, "user:ben", "crm.get_deal")).toEqual(["allow"]);
    expect(access(workspace, "user:zoe", "crm.get_deal")).toEqual(["deny"]);
  });

  it("tells an unknown principal or tool, and what was meant", () => {
    expect(() => permissionMatrix(sample, tools, { principal: "collector" })).toThrowError(
      expect.objectContaining({ code: "NOT_FOUND", hint: 'Did you mean "agent:collector"?' }),
    );
    expect(() => permissionMatrix(sample, tools, { tool: "accounting.send_remindr" })).toThrowError(
      expect.objectContaining({ code: "NOT_FOUND", hint: 'Did you mean "accounting.send_reminder"?' }),
    );
  });

  it("fits a terminal of 80 columns, and goes on below when the principals do not fit", () => {
    const matrix = permissionMatrix(sample, tools);
    const lines = [...matrixLines(matrix, { columns: 80, colour })];
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toContain("  send_reminder           ·  ?  ·  ·  ·  ·  ?  ·");
    expect(lines).toContainEqual(expect.stringMatching(/^ {4}large-reminder +may ask finance +2 7$/));
    const narrow = [...matrixLines(matrix, { columns: 38, colour })];
    expect(narrow.filter((line) => line.startsWith("crm "))).toEqual([
      "crm                       1  2  3  4",
      "crm                       5  6  7  8",
    ]);
    expect(narrow.filter((line) => line.startsWith("  send_reminder "))).toEqual([
      "  send_reminder           ·  ?  ·  ·",
      "  send_reminder           ·  ·  ?  ·",
    ]);
  });

  it("tells of one principal which grant opens a tool, and which policies narrow it", () => {
    const matrix = permissionMatrix(sample, tools, { principal: "agent:collector", writes: true });
    expect([...principalLines(matrix, colour)]).toEqual([
      "agent:collector",
      "  accounting",
      "    ? send_reminder  send    accounting.send_reminder",
      "        reminder-not-too-soon  may refuse  policies/limits.cedar:2",
      "        large-reminder         may ask finance  policies/limits.cedar:6",
      `  ${matrix.tools.length - 1} other tools: no grant opens them`,
    ]);
  });

  it("is written for a document", () => {
    const lines = [...matrixMarkdown(permissionMatrix(sample, tools, { tool: "accounting.send_reminder" }))];
    expect(lines).toContain("| `send_reminder` | · | ? | · | · | · | · | ? | · |");
    expect(lines.at(-1)).toBe(
      "- `accounting.send_reminder`: large-reminder (policies/limits.cedar:6) may ask finance: agent:collector, role:owner",
    );
  });
});
