import { describe, expect, it, test } from "vitest";
import { prepareImport } from "../../../../src/cli/import/prepare-import.ts";
import type { ToolDescription } from "../../../../src/core/tool-description.ts";
import { temporaryFiles } from "./temporary-files.ts";

const write = temporaryFiles();

const text = { type: "string" };
const money = {
  type: "object",
  properties: { minor: { type: "integer" }, currency: text },
  required: ["minor", "currency"],
  additionalProperties: false,
};
const line = {
  type: "object",
  properties: { sku: text, quantity: { type: "integer" }, price: money },
  required: ["sku", "quantity"],
  additionalProperties: false,
};
const tool: ToolDescription = {
  server: "books",
  name: "add_bill",
  title: "Add a bill",
  description: "Adds a bill.",
  effect: "create",
  inputSchema: {
    type: "object",
    properties: {
      number: text,
      kind: { type: "string", enum: ["sale", "return"] },
      day: { type: "string", format: "date" },
      paid: { type: "boolean" },
      lines: { type: "array", items: line },
    },
    required: ["number"],
    additionalProperties: false,
  },
  outputSchema: {},
};

const bills = "Number,Day,Paid,Ship To\nB1,2026-01-02,1,Oslo\nB2,2026-01-03,0,Rome\n";
const items = "Bill,SKU,Quantity,Price\nB1,A,2,1.50\nB2,B,1,2\nB1,C,3,0.5\nB9,D,1,1\n";

function prepare(map: string, csv = bills, joined = items) {
  write("items.csv", joined);
  const file = write("bills.csv", csv);
  return prepareImport({ file, mapFile: write("map.yaml", map), tool });
}

const good = `key: bills/\${{ row.Number }}
join:
  lines: { file: items.csv, on: { Number: Bill } }
with:
  number: \${{ row.Number }}
  kind: sale
  day: \${{ date(row.Day) }}
  paid: \${{ row.Paid == "1" }}
  lines: >-
    \${{ lines.map(l, {"sku": l.SKU, "quantity": int(l.Quantity), "price": money(l.Price, "EUR")}) }}
`;

test("a map without faults", async () => {
  const { prepared, problems } = await prepare(good);
  expect(problems).toEqual([]);
  expect(prepared).toMatchObject({ rows: 2, table: { columns: ["Number", "Day", "Paid", "Ship To"] } });
  const joined = prepared?.joins.get("lines");
  expect(joined?.of({ Number: "B1" }).map(({ SKU }) => SKU)).toEqual(["A", "C"]);
  expect(joined?.of({ Number: "B7" })).toEqual([]);
  expect(joined?.countUnused()).toBe(1);
});

test("a column whose name is no plain word", async () => {
  const map = "key: ${{ row.Number }}\nwith: { number: \"${{ row['Ship To'] }}\" }\n";
  expect((await prepare(map)).problems).toEqual([]);
});

describe("faults are found where they stand, before the first row", () => {
  // ⟦ marks the place that the problem must name
  it.each<[name: string, from: string, to: string, message: RegExp, hint?: RegExp]>([
    [
      "a misspelt column",
      "row.Day",
      "row.⟦Dya",
      /^bills\.csv has no column "Dya"\.$/,
      /^Did you mean "Day"\?$/,
    ],
    ["in the key", "row.Number", "row.⟦Numbr", /no column "Numbr"/, /"Number"/],
    ["of the joined file", "l.SKU", "l.⟦SKUs", /^items\.csv has no column "SKUs"\.$/, /"SKU"/],
    ["to join by, on the left", "{ Number: Bill", "{ ⟦Nummer: Bill", /^bills\.csv has no column "Nummer"/],
    ["to join by, on the right", "Number: Bill", "Number: ⟦Bil", /^items\.csv has no column "Bil"/, /"Bill"/],
    ["a wrong type", "int(l.Quantity)", "l.Quantity", /quantity: Expected integer, but this is string/],
    ["a wrong type in a list", "${{ lines.map(l, {", '${{ ⟦lines.map(l, {"x": 1, ', /"x" is not expected/],
    ["a text for a day", "date(row.Day)", "⟦row.Day", /Expected date, but this is string/, /date\(text\)/],
    ["a text for a boolean", 'row.Paid == "1"', "⟦row.Paid", /Expected boolean/],
    ["an unknown argument", "kind: sale", "⟦kinds: sale", /There is no argument "kinds"/, /"kind"/],
    ["an unknown value", "kind: sale", "kind: ⟦sail", /"sail" is not valid here/, /"sale"/],
    ["a missing argument", "with:\n  number: ${{ row.Number }}", "⟦with:", /"number" is missing/],
    ["an unknown variable", "row.Paid", "⟦rows.Paid", /There is no "rows" here/, /"row"/],
    ["a currency that is none", '"EUR"', '⟦"EURO"', /not a currency/],
    ["a key without a column", "bills/${{ row.Number }}", "⟦bills", /the same for every row/, /row\.Number/],
    ["a key that is no text", "bills/${{ row.Number }}", "${{ ⟦size(row.Number) }}", /Expected string/],
    ["an unknown key of the map", "join:", "⟦joins:", /There is no key "joins"/, /"join"/],
    ["a variable named row", "lines: {", "⟦row: {", /row is the row itself/],
    ["nothing to join by", "{ Number: Bill }", "⟦{}", /name at least one column/],
    ["an expression that is not closed", "${{ date(row.Day) }}", "⟦${{ date(row.Day)", /not closed/],
  ])("%s", async (_name, from, to, message, hint) => {
    expect(good).toContain(from);
    const marked = good.replace(from, () => to);
    // without a mark, the whole expression of the list
    const at = marked.includes("⟦") ? marked.indexOf("⟦") : marked.indexOf("lines.map");
    const before = marked.slice(0, at).split("\n");
    const { prepared, problems } = await prepare(marked.replace("⟦", ""));
    expect(prepared).toBeUndefined();
    const found = problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`);
    const problem = problems.find((candidate) => message.test(candidate.message));
    expect(problem, found.join("\n")).toBeDefined();
    expect(problem).toMatchObject({ line: before.length, column: (before.at(-1) ?? "").length + 1 });
    if (hint) expect(problem?.hint).toMatch(hint);
    expect(problem?.file).toMatch(/map\.yaml$/);
  });

  test("broken YAML, and a map that names nothing", async () => {
    expect((await prepare("key: [")).problems[0]?.code).toBe("yaml-syntax");
    expect((await prepare("{}")).problems.map(({ message }) => message)).toEqual([
      '"key" is missing here.',
      '"with" is missing here.',
    ]);
  });
});

describe("files that cannot be imported", () => {
  it.each<[name: string, csv: string, message: string | RegExp]>([
    ["an empty file", "", "bills.csv is empty."],
    ["an empty file with empty lines", "\n\n", "bills.csv is empty."],
    ["a column without a name", "Number,,Paid\n", "bills.csv:1: column 2 has no name."],
    ["two columns of one name", "\nNumber,Day,Number\n", 'bills.csv:2: there are two columns "Number".'],
    ["another delimiter", "Number;Day;Paid\n", /the header is one column/],
    ["a quote that is never closed, at the end", `${bills}"B3,x\n`, /^bills\.csv:4: a quote/],
  ])("%s", async (_name, csv, message) => {
    await expect(prepare(good, csv)).rejects.toThrow(message);
  });

  test("the delimiter that a header seems to have is told", async () => {
    const wrong = prepare(good, "Number;Day;Paid\n");
    await expect(wrong).rejects.toMatchObject({ hint: expect.stringContaining('delimiter: ";"') });
    const right = await prepare(
      'delimiter: ";"\nkey: ${{ row.A }}\nwith: { number: "${{ row.B }}" }\n',
      "A;B\n1;2\n",
    );
    expect(right.problems).toEqual([]);
    expect(right.prepared?.rows).toBe(1);
  });

  test("a joined file that is not there, or has a ragged row", async () => {
    const missing = prepare(good.replace("items.csv", "itens.csv"));
    await expect(missing).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "There is no file itens.csv.",
    });
    await expect(prepare(good, bills, `${items}B1,E\n`)).rejects.toThrow(
      "items.csv:6: The row has 2 fields, the header 4.",
    );
  });

  test("ragged rows of the imported file are rows, to be refused one by one", async () => {
    expect((await prepare(good, `${bills}B3\n`)).prepared?.rows).toBe(3);
  });
});
