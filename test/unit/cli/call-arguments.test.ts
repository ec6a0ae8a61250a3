import { describe, expect, it } from "vitest";
import { argumentList, forPeople, readArguments } from "../../../src/cli/call-arguments.ts";
import { RingmainError } from "../../../src/core/errors.ts";
import { schemaHint, type ToolDescription } from "../../../src/core/tool-description.ts";

const tool: ToolDescription = {
  server: "crm",
  name: "work",
  title: "Work",
  description: "Works.",
  effect: "create",
  inputSchema: {
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string", description: "A name." },
      count: { type: "integer" },
      tags: { type: "array", items: { type: "string" } },
      kind: { enum: ["a", "b"] },
      money: { type: "object" },
    },
  },
  outputSchema: {},
};

describe("readArguments", () => {
  it.each([
    ["text where the tool takes text", ["name=42"], { name: "42" }],
    ["text with an equals sign", ["name=a=b"], { name: "a=b" }],
    ["an empty text", ["name="], { name: "" }],
    ["a number", ["count=42"], { count: 42 }],
    ["a list", ['tags=["x","y"]'], { tags: ["x", "y"] }],
    ["an object", ['money={"minor":1}'], { money: { minor: 1 } }],
    ["what is no JSON as text, for the tool to refuse", ["count=many"], { count: "many" }],
    ["a name that the tool does not know", ["other=true"], { other: true }],
  ])("reads %s", (_what, given, read) => {
    expect(readArguments(tool, given, undefined)).toEqual(read);
  });

  it("lays each --arg over --args", () => {
    expect(readArguments(tool, ["count=2"], '{"name":"x","count":1}')).toEqual({ name: "x", count: 2 });
  });

  it.each([
    [["name"], undefined],
    [["=x"], undefined],
    [[], "{"],
    [[], "[]"],
    [[], "3"],
  ])("refuses %j and %j", (given, whole) => {
    expect(() => readArguments(tool, given, whole)).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID" }),
    );
  });
});

it("argumentList says what each argument is and whether it may be left out", () => {
  expect(argumentList(tool.inputSchema)).toEqual(
    [
      "  --arg name=string  A name.",
      "  --arg count=integer (optional)  ",
      "  --arg tags=[string, …] (optional)  ",
      "  --arg kind=a|b (optional)  ",
      "  --arg money={…} (optional)  ",
    ].map((line) => line.trimEnd()),
  );
});

describe("a refusal, for people", () => {
  const told = (code: "INPUT_INVALID" | "CONFLICT", hint?: string) =>
    forPeople(new RingmainError(code, "No.", { hint }), "crm.work");

  it("says how to see the schema, after the remedy that the tool names", () => {
    const describe = "`ringmain call crm.work --describe` shows what it takes.";
    expect(told("INPUT_INVALID")).toMatchObject({ message: "No.", hint: describe });
    expect(told("INPUT_INVALID", schemaHint)).toMatchObject({ hint: describe });
    expect(told("INPUT_INVALID", "Stages: a, b.")).toMatchObject({ hint: `Stages: a, b. ${describe}` });
  });

  it("of another kind stays as it is", () => {
    expect(told("CONFLICT", "Read it again.")).toMatchObject({ hint: "Read it again." });
  });
});
