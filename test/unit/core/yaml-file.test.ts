import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readYaml } from "../../../src/core/yaml-file.ts";

const schema = z.strictObject({
  name: z.string(),
  limits: z.strictObject({ writes: z.int().optional(), calls: z.int().optional() }).default({}),
  servers: z.record(z.string(), z.strictObject({ command: z.string() })).default({}),
  steps: z.array(z.strictObject({ call: z.string(), with: z.unknown().optional() })).optional(),
});

const read = (text: string, lineOffset = 0) => readYaml({ file: "x.yaml", text, schema, lineOffset });

describe("reading YAML", () => {
  it("gives the value with its defaults", () => {
    const { value, problems } = read("name: a\nsteps:\n  - call: x.y\n");
    expect(problems).toEqual([]);
    expect(value).toEqual({ name: "a", limits: {}, servers: {}, steps: [{ call: "x.y" }] });
  });

  it.each([
    ["name: a\nlimts:\n  writes: 1\n", "limts", 2, 1, 'Did you mean "limits"?'],
    ["name: a\nlimits:\n  write: 1\n", "write", 3, 3, 'Did you mean "writes"?'],
    ["name: a\nservers:\n  crm:\n    comand: x\n", "comand", 4, 5, 'Did you mean "command"?'],
    ["name: a\nsteps:\n  - call: x\n  - call: y\n    wiht: {}\n", "wiht", 5, 5, 'Did you mean "with"?'],
    ["name: a\nnonsense: 1\n", "nonsense", 2, 1, "Known keys: name, limits, servers, steps."],
    ["name: a\n? [complex]\n: 1\n", "[ complex ]", 1, 1, "Known keys: name, limits, servers, steps."],
  ])("points at an unknown key, and at the one that was meant: %j", (text, key, line, column, hint) => {
    expect(read(text).problems).toContainEqual(
      expect.objectContaining({
        code: "unknown-key",
        message: `There is no key "${key}" here.`,
        line,
        column,
        hint,
      }),
    );
  });

  it.each([
    ["name: 5\n", "name: must be text", 1, 7],
    ["name: a\nlimits: { writes: many }\n", "limits.writes: must be a number", 2, 19],
    ["limits: {}\n", "name: is missing", 1, 1],
    ["", "name: is missing", 1, 1],
    ["just text", "The file: must be an object", 1, 1],
  ])("points at a wrong value: %j", (text, message, line, column) => {
    const { value, problems } = read(text);
    expect(value).toBeUndefined();
    expect(problems).toContainEqual(
      expect.objectContaining({ code: "invalid-value", message, line, column }),
    );
  });

  it.each([
    ["name: [1\n", 2],
    ["name: a\n\tlimits: {}\n", 2],
    ["name: a\nname: b\n", 2],
    ["name: a\n---\nname: b\n", 2],
    ["name: a\nlimits: *nothing\n", 2],
    [
      `a: &a [x,x,x,x,x,x,x,x,x]\n${["b", "c", "d", "e"].map((key, i) => `${key}: &${key} [${Array(9).fill(`*${"abcd"[i]}`)}]\n`).join("")}`,
      2,
    ],
  ])("points at what is no YAML: %j", (text, line) => {
    const { value, problems } = read(text);
    expect(value).toBeUndefined();
    expect(problems[0]).toMatchObject({ code: "yaml-syntax", line, file: "x.yaml" });
  });

  it("counts lines from the start of the file that the text is a part of", () => {
    expect(read("name: a\nlimts: 1\n", 10).problems[0]).toMatchObject({ line: 12, column: 1 });
  });

  it("makes problems at the value of a path, or at its nearest parent", () => {
    const { problemAt } = read("name: a\nlimits:\n  writes: 1\n");
    expect(problemAt(["limits", "writes"], "c", "m", "h")).toEqual({
      code: "c",
      message: "m",
      hint: "h",
      file: "x.yaml",
      line: 3,
      column: 11,
    });
    expect(problemAt(["limits", "calls"], "c", "m")).toMatchObject({ line: 3, column: 3 });
    expect(problemAt(["steps", 0], "c", "m")).toMatchObject({ line: 1, column: 1 });
  });
});
