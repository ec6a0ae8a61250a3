import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readArguments } from "../../../src/cli/call-arguments.ts";
import type { AnyTool } from "../../../src/kit/define-tool.ts";
import { describeTool } from "../../../src/kit/describe-tool.ts";
import { money } from "../../../src/kit/fields.ts";
import { definitions } from "../../../tools/docs/definitions.ts";
import { exampleArguments, exampleCommand } from "../../../tools/docs/example-call.ts";
import { fieldRows } from "../../../tools/docs/field-rows.ts";
import { codeFinder } from "../../../tools/docs/raised-codes.ts";
import { commonErrors, toolsDocument } from "../../../tools/docs/tools-document.ts";

describe("docs/tools.md", () => {
  it("is in date", () => {
    const written = readFileSync(new URL("../../../docs/tools.md", import.meta.url), "utf8");
    const isInDate = written === toolsDocument(definitions);
    expect(isInDate, "docs/tools.md is out of date: run `npm run docs` and commit it").toBe(true);
  });

  it("leads to parts that it has", () => {
    const text = toolsDocument(definitions);
    const anchorOf = (heading: string) => heading.toLowerCase().replaceAll(" ", "-").replaceAll(".", "");
    const anchors = new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)));
    const targets = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, target = ""]) => target);
    expect(targets.filter((target) => !anchors.has(target))).toEqual([]);
    expect(targets.length).toBeGreaterThan(80);
  });
});

const [crm, accounting, inventory] = definitions;
const tools = [...toolsOf(crm), ...toolsOf(accounting), ...toolsOf(inventory)];

function toolsOf<Context>({ name, tools }: { name: string; tools: readonly AnyTool<Context>[] }) {
  return tools.map((tool) => [`${name}.${tool.name}`, describeTool(name, tool), tool.input] as const);
}

describe("the example", () => {
  it.each(tools)("of %s is one that the tool takes", (_id, described, input) => {
    expect(input.safeParse(exampleArguments(described)).error?.issues).toBeUndefined();
  });

  it.each(tools)("of %s is read from the command line as it is meant", (id, described) => {
    const words = shellWords(exampleCommand(described));
    expect(words.slice(0, 3)).toEqual(["ringmain", "call", id]);
    const given = words.slice(3).filter((word) => word !== "-a");
    expect(readArguments(described, given, undefined)).toEqual(exampleArguments(described));
  });
});

/** The words of a command line, as a shell splits one that quotes with ' alone. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|\\'/g, (_whole, text: string | undefined) => text ?? "'"),
  );
}

describe("the codes of a tool", () => {
  const findCodes = codeFinder();
  const codesIn = (path: string) => findCodes(fileURLToPath(new URL(`../../../${path}`, import.meta.url)));
  const codesOf = (tool: string) => codesIn(`servers/${tool}.ts`);

  it("are those that its code raises, directly or through what it calls", () => {
    expect(codesOf("crm/tools/complete-task")).toEqual(expect.arrayContaining(["NOT_FOUND", "CONFLICT"]));
    expect(codesOf("accounting/tools/refund-payment")).toEqual(
      expect.arrayContaining(["NOT_FOUND", "STATE_INVALID"]),
    );
  });

  it.each(["src/kit/pipeline.ts", "src/hub/hub.ts", "src/hub/connection.ts", "src/hub/exit-errors.ts"])(
    "stand at the top where every tool has them, those of %s",
    (path) => {
      expect(Object.keys(commonErrors)).toEqual(expect.arrayContaining(codesIn(path)));
    },
  );

  it("are none where it raises none", () => {
    expect(codesOf("accounting/tools/get-settings")).toEqual([]);
  });
});

describe("fields", () => {
  const rowsOf = (schema: z.ZodType) =>
    fieldRows(z.toJSONSchema(schema)).map(
      ({ name, type, required }) => `${name}: ${type}${required ? " !" : ""}`,
    );

  it("have dotted names, types with bounds, and money as one", () => {
    const line = z.strictObject({ sku: z.string().max(64), price: money });
    const schema = z.strictObject({
      lines: z.array(line).min(1).max(5),
      status: z.enum(["open", "paid"]).optional(),
      due_on: z.iso.date(),
      count: z.int().min(0),
      any: z.int(),
      owner: z.strictObject({ id: z.string() }).optional(),
    });
    expect(rowsOf(schema)).toEqual([
      "lines: list of object, 1 to 5 items !",
      "lines[].sku: text, at most 64 characters !",
      "lines[].price: [money](#money) !",
      "status: `open`, `paid`",
      "due_on: day !",
      "count: integer, at least 0 !",
      "any: integer !",
      "owner: object",
      "owner.id: text !",
    ]);
  });

  it("of a choice are those of every alternative, which say whose they are", () => {
    const schema = z.strictObject({
      record: z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("deal"), id: z.string(), stage: z.string() }),
        z.strictObject({ type: z.literal("lead"), id: z.string() }),
      ]),
    });
    const rows = fieldRows(z.toJSONSchema(schema));
    expect(rows.map(({ name, type, description }) => [name, type, description])).toEqual([
      ["record", "object", ""],
      ["record.type", '`"deal"` or `"lead"`', ""],
      ["record.id", "text", ""],
      ["record.stage", "text", "Only of `deal`."],
    ]);
  });
});
