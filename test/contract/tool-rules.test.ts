import { describe, expect, it } from "vitest";
import type { Json } from "../../src/core/json.ts";
import type { ToolDescription } from "../../src/core/tool-description.ts";
import { faultsOf, type RuleName, ruleNames } from "./tool-rules.ts";

describe("each rule finds what breaks it", () => {
  const money = {
    type: "object",
    description: "What it costs.",
    additionalProperties: false,
    required: ["minor", "currency"],
    properties: {
      minor: { type: "integer", description: "Minor units." },
      currency: { type: "string", description: "ISO 4217 code." },
    },
  };
  const object = (properties: Record<string, Json>, required = Object.keys(properties)) => ({
    type: "object",
    additionalProperties: false,
    properties,
    required,
  });
  const text = { type: "string", description: "Some text." };
  const whole = { type: "integer", description: "A whole number." };
  const good: ToolDescription = {
    server: "test",
    name: "get_thing",
    title: "Get a thing",
    description: "Read one thing. Use it when you need it. Returns the thing; see the rest there.",
    effect: "read",
    inputSchema: object({ id: text }),
    outputSchema: object({ id: text, name: text, version: whole }),
  };
  const lists = { name: "list_things", description: `${good.description} Follow next_cursor.` };
  const pages = {
    limit: { ...whole, minimum: 1, maximum: 100, default: 50 },
    cursor: text,
  };
  const pageOf = (item: Json) =>
    object({ items: { type: "array", description: "Things.", items: item }, next_cursor: text }, ["items"]);
  const thing = object({ id: text, name: text, version: whole });

  it("and nothing in a tool that keeps them", () => {
    expect(faultsOf(good)).toEqual({});
    expect(
      faultsOf({ ...good, ...lists, inputSchema: object(pages, []), outputSchema: pageOf(thing) }),
    ).toEqual({});
  });

  const returning = (properties: Record<string, Json>) => ({
    outputSchema: object({ id: text, name: text, version: whole, ...properties }),
  });
  const inMoney = { description: `${good.description} Amounts are in minor units.` };
  const inUnits = { description: `${good.description} Quantities are whole units.` };

  const broken: readonly [rule: RuleName, what: string, change: Partial<ToolDescription>, fault: string][] = [
    [
      "strict",
      "open input",
      { inputSchema: { type: "object", properties: {} } },
      "input  takes unknown members",
    ],
    [
      "strict",
      "an open object deep within",
      returning({
        deep: { type: "array", description: "Deep.", items: { type: "object", properties: { a: text } } },
      }),
      "output deep[] takes unknown members",
    ],
    [
      "described",
      "an argument without words",
      { inputSchema: object({ id: { type: "string" } }) },
      "input id",
    ],
    [
      "described",
      "a member of a variant without words",
      returning({ either: { description: "Either.", oneOf: [object({ a: { type: "string" } })] } }),
      "output either.a",
    ],
    ["annotated", "no title", { title: "" }, "title"],
    [
      "description says when, what and in which units",
      "too few words",
      { description: "Gets it." },
      "does not say when to use it",
    ],
    [
      "description says when, what and in which units",
      "no unit of money",
      returning({ cost: money }),
      "does not say that amounts are in minor units",
    ],
    [
      "description says when, what and in which units",
      "no unit of quantities",
      returning({ quantity: whole }),
      "does not say that quantities are whole units",
    ],
    [
      "lists have pages",
      "no pages",
      { ...lists, inputSchema: object({}), outputSchema: pageOf(thing) },
      "takes no optional cursor",
    ],
    [
      "lists have pages",
      "too large a limit",
      {
        ...lists,
        inputSchema: object({ ...pages, limit: { ...pages.limit, maximum: 1_000 } }, []),
        outputSchema: pageOf(thing),
      },
      "has no limit from 1 to at most 100 with a default",
    ],
    [
      "lists filter by status, date and customer",
      "no filters",
      {
        ...lists,
        inputSchema: object(pages, []),
        outputSchema: pageOf(
          object({
            id: text,
            name: text,
            version: whole,
            status: { ...text, enum: ["open"] },
            customer: text,
            due_on: { ...text, format: "date" },
          }),
        ),
      },
      "customer",
    ],
    [
      "large records have a concise form",
      "lines always",
      returning({ lines: { type: "array", description: "Lines.", items: object({ name: text }) } }),
      "response_format",
    ],
    ["updates take expected_version", "none", { effect: "update" }, "expected_version"],
    [
      "records have their version",
      "none after a write",
      { effect: "create", outputSchema: object({ id: text, name: text }) },
      "the result",
    ],
    [
      "records have their version",
      "none in a list",
      { ...lists, inputSchema: object(pages, []), outputSchema: pageOf(object({ id: text, name: text })) },
      "items[]",
    ],
    ["money is minor units and a currency", "a bare amount", returning({ total: whole }), "output total"],
    [
      "money is minor units and a currency",
      "no currency",
      returning({ cost: object({ minor: whole }) }),
      "output cost.minor",
    ],
    ["no number is a float", "a float", returning({ share: { ...text, type: "number" } }), "output share"],
    [
      "days are ISO dates and instants RFC 3339",
      "a day as any text",
      returning({ due_on: text }),
      "output due_on: no date",
    ],
    [
      "days are ISO dates and instants RFC 3339",
      "an instant as any text",
      returning({ sent_at: text }),
      "output sent_at: no date-time",
    ],
    [
      "days are ISO dates and instants RFC 3339",
      "a day by its words",
      { inputSchema: object({ since: { ...text, description: "First day, included." } }) },
      "input since: no date",
    ],
    ["a status is one of those named", "any text", returning({ status: text }), "output status"],
    ["names stand beside ids", "a customer's id alone", returning({ customer_id: text }), "customer_id"],
    ["names stand beside ids", "an owner as an id", returning({ owner_id: text }), "owner_id"],
    ["people and bank details are marked", "an address without", returning({ email: text }), "output email"],
    [
      "answers can do without what is marked",
      "a number that must be there",
      { outputSchema: { ...object({ age: { ...whole, "x-marks": ["personal"] } }), required: ["age"] } },
      "age",
    ],
  ];

  it.each(broken)("%s: %s", (rule, _what, change, fault) => {
    const faults = faultsOf({ ...good, ...change });
    expect(faults[rule]).toContain(fault);
  });

  it("and every rule is shown to", () => {
    expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(ruleNames));
    expect(faultsOf({ ...good, ...returning({ cost: money }), ...inMoney })).toEqual({});
    expect(faultsOf({ ...good, ...returning({ quantity: whole }), ...inUnits })).toEqual({});
  });
});
