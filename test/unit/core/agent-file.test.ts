import { describe, expect, it } from "vitest";
import { parseAgent } from "../../../src/core/agent-file.ts";

const parse = (text: string) => parseAgent("collector", "agents/collector.md", text);

describe("an agent file", () => {
  const text = "---\ndescription: Reminds.\ntools: [crm.*, crm.create_task]\n---\nYou remind.\n---\nMore.\n";

  it.each([
    ["as written", text],
    ["with a BOM", `\uFEFF${text}`],
    ["with CRLF", text.replaceAll("\n", "\r\n")],
  ])("is front matter and a prompt, %s", (_how, text) => {
    const { agent, problems } = parse(text);
    expect(problems).toEqual([]);
    expect(agent).toMatchObject({
      id: "collector",
      tools: ["crm.*", "crm.create_task"],
      limits: {},
      description: "Reminds.",
    });
    expect(agent?.prompt.replaceAll("\r", "")).toBe("You remind.\n---\nMore.");
  });

  it("may have no prompt", () => {
    expect(parse("---\ndescription: x\n---").agent?.prompt).toBe("");
    expect(parse("\uFEFF---\ndescription: x\n---").agent?.prompt).toBe("");
  });

  it.each([
    ["no front matter at all", "You remind.", "agent-front-matter", 1],
    ["front matter without an end", "---\ndescription: x\n", "agent-front-matter", 1],
    ["a key misspelt", "---\ndescription: x\ntool: [crm.*]\n---\n", "unknown-key", 3],
    ["a tool that is none", "---\ndescription: x\ntools:\n  - crm\n---\n", "invalid-value", 4],
    [
      "a star that would open a server of any name",
      "---\ndescription: x\ntools:\n  - '*.*'\n---\n",
      "invalid-value",
      4,
    ],
    ["another name than its file's", "---\ndescription: x\nname: other\n---\n", "agent-name", 3],
    ["a limit below zero", "---\ndescription: x\nlimits: { writes_per_day: -1 }\n---\n", "invalid-value", 3],
  ])("has a problem with %s", (_what, text, code, line) => {
    expect(parse(text).problems[0]).toMatchObject({ code, line, file: "agents/collector.md" });
  });
});
