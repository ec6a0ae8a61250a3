import { describe, expect, it, test } from "vitest";
import { evaluateRow } from "../../../../src/cli/import/evaluate-row.ts";
import { parseMap } from "../../../../src/cli/import/map-file.ts";

const columns = ["id", "name", "amount"];
const table = { path: "/x.csv", name: "x.csv", delimiter: ",", columns };

function evaluate(mapText: string, ...fields: string[]) {
  const { map } = parseMap("map.yaml", mapText);
  if (!map) throw new Error("the map has faults");
  return evaluateRow({ map, table, joins: new Map() }, { line: 7, fields });
}

const map = `key: things/\${{ row.id }}
with:
  name: \${{ row.name }}
  label: "#\${{ row.id }} \${{ row.name }}"
  note: \${{ non_empty(row.name) }}
  amount: \${{ money(row.amount, "EUR") }}
  nested: { count: 3, list: ["\${{ row.id }}"] }
`;

test("a row becomes a key and arguments", () => {
  expect(evaluate(map, "1", "Rope", "12.50")).toEqual({
    key: "things/1",
    arguments: {
      name: "Rope",
      label: "#1 Rope",
      note: "Rope",
      amount: { minor: 1250, currency: "EUR" },
      nested: { count: 3, list: ["1"] },
    },
  });
});

test("an optional argument is left out where its column is empty", () => {
  expect(evaluate(map, "1", " ", "1").arguments).not.toHaveProperty("note");
});

test("a row's text that reads like an expression stays text", () => {
  const { key, arguments: given } = evaluate(map, "${{ row.name }}", '${{ "x" }}', "1");
  expect(key).toBe("things/${{ row.name }}");
  expect(given).toMatchObject({ name: '${{ "x" }}', label: '#${{ row.name }} ${{ "x" }}' });
});

describe("a row that cannot become a call", () => {
  it.each<[name: string, fields: string[], message: RegExp]>([
    ["too few fields", ["1", "Rope"], /^The row has 2 fields, the header 3\.$/],
    ["one field", ["1"], /^The row has 1 field, the header 3\.$/],
    ["too many fields", ["1", "Rope", "2", ""], /^The row has 4 fields, the header 3\.$/],
    ["an empty key", ["", "Rope", "1"], /^The key is empty: row\.id says nothing\.$/],
    ["a blank key", [" \t", "Rope", "1"], /^The key is empty/],
    ["no number", ["1", "Rope", "12,50"], /"12,50" is not a decimal number/],
    ["more than cents", ["1", "Rope", "0.125"], /more than 2 decimal places/],
    ["more than a call may carry", ["1", "x".repeat(5_000_000), "1"], /larger than 4 MiB/],
  ])("%s", (_name, fields, message) => {
    expect(() => evaluate(map, ...fields)).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID", message: expect.stringMatching(message) }),
    );
  });
});
