import { describe, expect, it } from "vitest";
import { parseWorkspaceFile } from "../../../src/core/workspace-file.ts";

describe("ringmain.yaml", () => {
  it("needs a name; the rest has defaults", () => {
    expect(parseWorkspaceFile("name: Harbour\n").value).toEqual({
      name: "Harbour",
      sample: false,
      state: ".ringmain",
      servers: {},
      roles: {},
      clients: {},
    });
  });

  it.each([
    ["name: a\nclients:\n  desk:\n    tool: []\n", "unknown-key", 4],
    ["name: a\nservers:\n  crm: { builtin: crn }\n", "invalid-value", 3],
    ["name: a\nroles:\n  owner: { tools: [crm] }\n", "invalid-value", 3],
    ["name: a\nclients:\n  Claude Desktop: {}\n", "invalid-value", 3],
  ])("has a problem: %j", (text, code, line) => {
    const { value, problems } = parseWorkspaceFile(text);
    expect(value).toBeUndefined();
    expect(problems[0]).toMatchObject({ code, line, file: "ringmain.yaml" });
  });
});
