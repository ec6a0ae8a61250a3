import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { readCsv } from "../../../../src/cli/import/read-csv.ts";
import { collect, temporaryFiles } from "./temporary-files.ts";

const write = temporaryFiles();

function read(content: string | Buffer, delimiter = ",") {
  return collect(readCsv({ path: write("some.csv", content), name: "some.csv", delimiter }));
}

describe("records and the lines they start on", () => {
  it.each<[name: string, text: string, records: [line: number, ...fields: string[]][]]>([
    [
      "plain",
      "a,b\n1,2\n",
      [
        [1, "a", "b"],
        [2, "1", "2"],
      ],
    ],
    [
      "no line end at the end",
      "a,b\n1,2",
      [
        [1, "a", "b"],
        [2, "1", "2"],
      ],
    ],
    [
      "a byte order mark",
      "\uFEFFa,b\n1,2\n",
      [
        [1, "a", "b"],
        [2, "1", "2"],
      ],
    ],
    [
      "CRLF",
      "a,b\r\n1,2\r\n3,4\r\n",
      [
        [1, "a", "b"],
        [2, "1", "2"],
        [3, "3", "4"],
      ],
    ],
    [
      "lone CR, as old Macs wrote",
      "a,b\r1,2\r3,4\r",
      [
        [1, "a", "b"],
        [2, "1", "2"],
        [3, "3", "4"],
      ],
    ],
    [
      "several line ends in one file",
      "a\r\n1\n2\r\n3",
      [
        [1, "a"],
        [2, "1"],
        [3, "2"],
        [4, "3"],
      ],
    ],
    [
      "empty lines",
      "\n\na\n\n1\r\n\r\n\r\n2\n\n",
      [
        [3, "a"],
        [5, "1"],
        [8, "2"],
      ],
    ],
    [
      "quotes",
      'a,b\n"1, one","say ""hi"""\n',
      [
        [1, "a", "b"],
        [2, "1, one", 'say "hi"'],
      ],
    ],
    [
      "a line end in quotes",
      'a,b\n"x\ny",2\n3,4\n',
      [
        [1, "a", "b"],
        [2, "x\ny", "2"],
        [4, "3", "4"],
      ],
    ],
    [
      "a CRLF in quotes",
      'a\r\n"x\r\n\r\ny"\r\n3\r\n',
      [
        [1, "a"],
        [2, "x\r\n\r\ny"],
        [5, "3"],
      ],
    ],
    [
      "a CRLF file with LF in quotes",
      'a\r\n"x\ny"\r\n\r\n3\r\n',
      [
        [1, "a"],
        [2, "x\ny"],
        [5, "3"],
      ],
    ],
    [
      "ragged rows",
      "a,b\n1\n1,2,3\n4,5\n",
      [
        [1, "a", "b"],
        [2, "1"],
        [3, "1", "2", "3"],
        [4, "4", "5"],
      ],
    ],
    [
      "an empty quoted field is no empty line",
      'a\n""\n2\n',
      [
        [1, "a"],
        [2, ""],
        [3, "2"],
      ],
    ],
    [
      "white space is kept",
      "a,b\n x , y\n",
      [
        [1, "a", "b"],
        [2, " x ", " y"],
      ],
    ],
    ["nothing", "", []],
  ])("%s", async (_name, text, records) => {
    const expected = records.map(([line, ...fields]) => ({ line, fields }));
    expect(await read(text)).toEqual(expected);
  });

  test("another delimiter", async () => {
    expect(await read("a;b\n1,5;2\n", ";")).toEqual([
      { line: 1, fields: ["a", "b"] },
      { line: 2, fields: ["1,5", "2"] },
    ]);
  });

  test("a field of a megabyte", async () => {
    const large = "é".repeat(500_000);
    expect(await read(`a,b\n1,${large}\n2,x\n`)).toEqual([
      { line: 1, fields: ["a", "b"] },
      { line: 2, fields: ["1", large] },
      { line: 3, fields: ["2", "x"] },
    ]);
  });

  test("any records, however they are written down", async () => {
    const field = fc.string({
      unit: fc.constantFrom("a", "é", "😀", ",", '"', "\n", "\r\n", " ", ";"),
      maxLength: 8,
    });
    const row = fc.record({
      fields: fc.array(field, { minLength: 1, maxLength: 4 }),
      end: fc.constantFrom("\n", "\r\n"),
      emptyLines: fc.integer({ min: 0, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
        let text = "";
        const expected = rows.map(({ fields, end, emptyLines }) => {
          text += end.repeat(emptyLines);
          const line = text.split("\n").length;
          text += fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(",") + end;
          return { line, fields };
        });
        expect(await read(text)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a file that cannot be read", () => {
  it.each<[name: string, content: string | Buffer, message: RegExp]>([
    [
      "a quote that is never closed",
      'a,b\n1,2\n\n3,"x\n4,5\n',
      /^some\.csv:4: a quote in this row is never closed/,
    ],
    [
      "a quote inside a field",
      'a,b\n"x\ny",1\n5" pipe,2\n',
      /^some\.csv:4: a quote in this row stands inside/,
    ],
    ["text after a closing quote", 'a,b\n"x"y,2\n', /^some\.csv:2: a quote in this row stands inside/],
    ["Latin-1", Buffer.from("a,b\n1,x\n2,caf\xe9\n", "latin1"), /^some\.csv:3: this line is not UTF-8/],
    ["UTF-16", Buffer.from("\uFEFFa,b\n", "utf16le"), /^some\.csv is UTF-16/],
    ["a character cut off at the end", Buffer.from([0x61, 0x0a, 0xc3]), /not UTF-8/],
  ])("%s", async (_name, content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringMatching(message),
      hint: expect.stringContaining("Nothing was imported."),
    });
  });

  test("the broken line is named wherever the file is cut into chunks", async () => {
    const good = "é".repeat(40_000);
    const bytes = Buffer.concat([Buffer.from(`a\n${good}\n${good}\nx`), Buffer.from([0xff, 0x0a])]);
    await expect(read(bytes)).rejects.toThrow("some.csv:4: this line is not UTF-8.");
  });

  test("no file, and a folder", async () => {
    const missing = { path: "/nowhere/some.csv", name: "some.csv", delimiter: "," };
    await expect(collect(readCsv(missing))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(collect(readCsv({ ...missing, path: "/" }))).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });
});
