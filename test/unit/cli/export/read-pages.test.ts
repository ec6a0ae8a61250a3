import { describe, expect, it } from "vitest";
import { z } from "zod";
import { columnsOf } from "../../../../src/cli/export/columns.ts";
import { asListTool, type ListTool, noListError } from "../../../../src/cli/export/list-tool.ts";
import { readPages } from "../../../../src/cli/export/read-pages.ts";
import type { Json } from "../../../../src/core/json.ts";
import type { Effect } from "../../../../src/core/tool-description.ts";
import { rows } from "../../../../src/kit/fields.ts";
import { page, pageInput } from "../../../../src/kit/pages.ts";
import { describeTool } from "../../../fixtures/workflow/catalog.ts";
import { collect } from "../import/temporary-files.ts";

const nothing = z.strictObject({});
const items = z.strictObject({ items: z.array(z.string()) });

function listTool(
  input = z.strictObject(pageInput),
  output: z.ZodObject = page(z.string()),
  effect: Effect = "read",
) {
  return describeTool("crm.list_words", effect, input, output);
}

/** Answers that are given one after the other, and the arguments that they were asked with. */
function answers(...given: Json[]) {
  const asked: Json[] = [];
  const call = async (with_: Json): Promise<Json> => {
    asked.push(with_);
    return given[asked.length - 1] ?? {};
  };
  return { asked, call };
}

describe("a list tool", () => {
  it("reads items, in pages or at once", () => {
    expect(asListTool(listTool())).toEqual({
      id: "crm.list_words",
      lists: [{ member: "items", rowSchema: { type: "string" } }],
      whole: { limit: 100 },
    });
    const whole = describeTool("crm.list_words", "read", nothing, items);
    expect(asListTool(whole)).toMatchObject({ whole: {} });
  });

  it("is asked for its items in full", () => {
    const response_format = z.enum(["concise", "detailed"]).default("concise");
    expect(asListTool(listTool(z.strictObject({ ...pageInput, response_format })))).toMatchObject({
      whole: { limit: 100, response_format: "detailed" },
    });
  });

  it.each([
    ["without items", describeTool("crm.get_word", "read", nothing, z.strictObject({ word: z.string() }))],
    [
      "whose items are no list",
      describeTool("crm.get_word", "read", nothing, z.strictObject({ items: z.int() })),
    ],
    ["that changes something", describeTool("crm.get_word", "update", nothing, items)],
  ])("is none %s; the refusal names those that are", (_what, tool) => {
    expect(asListTool(tool)).toBeUndefined();
    expect(noListError(tool, [tool, listTool()])).toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining("crm.get_word is no list"),
      hint: expect.stringContaining("crm.list_words"),
    });
  });
});

describe("pages", () => {
  const words = { id: "crm.list_words", lists: [{ member: "items", rowSchema: {} }], whole: { limit: 100 } };
  const read = async (
    call: (given: Record<string, Json>) => Promise<Json>,
    given: Record<string, Json> = {},
    tool: ListTool = words,
  ) => collect((await readPages({ tool, arguments: given, call })).pages);

  it("follow next_cursor to the end, as large as they may be", async () => {
    const { asked, call } = answers({ items: ["a", "b"], next_cursor: "2" }, { items: ["c"] });
    expect(await read(call, { status: "open" })).toEqual([["a", "b"], ["c"]]);
    expect(asked).toEqual([
      { limit: 100, status: "open" },
      { limit: 100, status: "open", cursor: "2" },
    ]);
  });

  it("are as large as the caller says", async () => {
    const { asked, call } = answers({ items: [] });
    expect(await read(call, { limit: 5 })).toEqual([[]]);
    expect(asked).toEqual([{ limit: 5 }]);
  });

  it("end with an error where they would never end", async () => {
    const { call } = answers({ items: [], next_cursor: "2" }, { items: [], next_cursor: "2" });
    await expect(read(call)).rejects.toMatchObject({ code: "STATE_INVALID" });
  });

  it("have the rows of the list that the answer has; a marked list within it makes rows of its own", async () => {
    const posting = z.strictObject({ account: z.string() });
    const entry = z.strictObject({ number: z.int(), postings: z.array(posting).meta(rows) });
    const report = z.strictObject({
      accounts: z.array(z.string()).meta(rows).optional(),
      totals: z.array(z.string()),
      entries: z.array(entry).meta(rows).optional(),
    });
    const tool = asListTool(listTool(z.strictObject(pageInput), report));
    if (tool === undefined) throw new Error("a report has rows");
    expect(tool.lists.map(({ member, inner }) => [member, inner])).toEqual([
      ["accounts", undefined],
      ["entries", "postings"],
    ]);
    const { call } = answers(
      {
        totals: [],
        entries: [{ number: 1, postings: [{ account: "1000" }, { account: "4000" }] }],
        next_cursor: "2",
      },
      { totals: [], entries: [{ number: 2, postings: [] }] },
    );
    expect(await read(call, {}, tool)).toEqual([
      [
        { number: 1, postings: { account: "1000" } },
        { number: 1, postings: { account: "4000" } },
      ],
      [],
    ]);
    const [, entries] = tool.lists;
    expect(columnsOf(entries?.rowSchema).map(({ name }) => name)).toEqual(["number", "postings.account"]);
    const accounts = answers({ totals: [], accounts: ["1000"] });
    expect(await read(accounts.call, {}, tool)).toEqual([["1000"]]);
    await expect(read(answers({ totals: [] }).call, {}, tool)).rejects.toMatchObject({
      code: "STATE_INVALID",
      message: "The answer of crm.list_words has no rows.",
    });
  });

  it("fail as the call does", async () => {
    const fail = async () => {
      throw new Error("refused");
    };
    await expect(read(fail)).rejects.toThrow("refused");
  });
});
