import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatLock, parseLock } from "../../../src/core/lock-file.ts";
import { type ToolDescription, toolHash } from "../../../src/core/tool-description.ts";
import { describeTool } from "../../../src/kit/describe-tool.ts";
import { definition } from "../../fixtures/kit/notes/definition.ts";

const tools: ToolDescription[] = definition.tools.map((tool) => describeTool("notes", tool));
const damaged = expect.objectContaining({
  code: "WORKFLOW_INVALID",
  hint: expect.stringContaining("ringmain lock"),
});

describe("ringmain.lock", () => {
  it("gives back the tools it was made of, with their hashes", () => {
    const { tools: read, hashes } = parseLock(formatLock(tools));
    expect(new Map(read.map((tool) => [tool.name, tool]))).toEqual(
      new Map(tools.map((tool) => [tool.name, tool])),
    );
    expect(hashes.get("notes.add_note")).toBe(toolHash(tools[0] ?? expect.fail()));
  });

  it("is the same text whatever the order of tools", () => {
    expect(formatLock([...tools].reverse())).toBe(formatLock(tools));
  });

  it.each([
    ["a definition", "What the note says.", "What the note says!"],
    ["an effect", '"effect": "send"', '"effect": "read"'],
    ["a hash", /"hash": "./, '"hash": "x'],
    ["a name", '"notes.boom"', '"notes.bomb"'],
    ["the version", '"lock_version": 1', '"lock_version": 2'],
    ["its shape", "{", "["],
  ])("is refused when somebody changed %s", (_what, from, to) => {
    const text = formatLock(tools);
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(() => parseLock(changed)).toThrow(damaged);
  });

  it("is refused when any letter of it was changed, unless it says the same", () => {
    const text = formatLock(tools.slice(0, 2));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom("x", "0", '"', "}"), (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        try {
          expect(parseLock(changed)).toEqual(parseLock(text));
        } catch (error) {
          expect(error).toEqual(damaged);
        }
      }),
      { numRuns: 200 },
    );
  });
});
