import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { dryCaller } from "../../../../src/cli/import/dry-run.ts";
import type { Refusal } from "../../../../src/cli/import/import-rows.ts";
import { showProgress } from "../../../../src/cli/import/progress.ts";
import { writeRefused } from "../../../../src/cli/import/refused-file.ts";
import { reportDocument } from "../../../../src/cli/import/report-import.ts";
import { RingmainError } from "../../../../src/core/errors.ts";
import { temporaryFiles } from "./temporary-files.ts";

const write = temporaryFiles();

describe("the file of refused rows", () => {
  const columns = ["id", "name"];
  const refusal: Refusal = {
    line: 17,
    code: "INPUT_INVALID",
    message: 'name: must be "short", please',
    fields: ["1", 'a "b",\r\nc'],
  };
  const written = (options: Partial<Parameters<typeof writeRefused>[0]>) => {
    const file = write("refused.csv", "");
    writeRefused({ file, sources: [], columns, delimiter: ",", refusals: [refusal], ...options });
    const parsed: string[][] = parse(readFileSync(file, "utf8"), { delimiter: options.delimiter ?? "," });
    return parsed;
  };

  test.each([",", ";"])("holds each row as it was, with its line, code and reason (%s)", (delimiter) => {
    expect(written({ delimiter })).toEqual([
      ["id", "name", "refused_line", "refused_code", "refused_reason"],
      ["1", 'a "b",\r\nc', "17", "INPUT_INVALID", 'name: must be "short", please'],
    ]);
  });

  test("written again from itself, it does not grow by a second reason", () => {
    const own = ["id", "refused_line", "refused_code", "refused_reason"];
    const again = written({
      columns: own,
      refusals: [{ ...refusal, fields: ["1", "3", "CONFLICT", "old"] }],
    });
    expect(again).toEqual([own, ["1", "17", "INPUT_INVALID", refusal.message]]);
  });

  test("a ragged row is brought to the columns, so that the file stays a table", () => {
    const ragged = [
      { ...refusal, fields: ["1"] },
      { ...refusal, fields: ["1", "2", "3"] },
    ];
    expect(written({ refusals: ragged }).map((row) => row.length)).toEqual([5, 5, 5]);
  });

  test("it never overwrites a file that the import reads", () => {
    const file = write("source.csv", "id,name\n");
    const overwrite = () => writeRefused({ file, sources: [file], columns, delimiter: ",", refusals: [] });
    expect(overwrite).toThrow(/is a file that this import reads/);
    expect(readFileSync(file, "utf8")).toBe("id,name\n");
    const elsewhere = { file: "/nowhere/refused.csv", sources: [], columns, delimiter: ",", refusals: [] };
    expect(() => writeRefused(elsewhere)).toThrow(/cannot be written/);
  });
});

describe("a dry run", () => {
  const call = () =>
    dryCaller(
      {
        server: "books",
        name: "add",
        title: "Add",
        description: "Adds.",
        effect: "create",
        inputSchema: {
          type: "object",
          properties: {
            name: { type: "string", maxLength: 5 },
            lines: { type: "array", minItems: 1, items: { type: "integer", minimum: 1 } },
          },
          required: ["name"],
          additionalProperties: false,
        },
        outputSchema: {},
      },
      (key) => key === "done",
    );

  test("holds each row against the tool's schema", async () => {
    const dry = call();
    expect(await dry({ key: "1", arguments: { name: "Rope", lines: [1] } })).toEqual({ replayed: false });
    await expect(dry({ key: "2", arguments: { name: "Rope and more" } })).rejects.toThrow(
      /^name: .*at most 5/,
    );
    await expect(dry({ key: "3", arguments: { name: "Rope", lines: [2, 0] } })).rejects.toThrow(
      /^lines\.1: 0 is less/,
    );
    await expect(dry({ key: "4", arguments: { name: "Rope", lines: [] } })).rejects.toThrow(
      /at least 1 items/,
    );
  });

  test("tells a row whose key was used before", async () => {
    expect(await call()({ key: "done", arguments: { name: "Rope" } })).toEqual({ replayed: true });
  });

  test("finds rows of one key with other values", async () => {
    const dry = call();
    await dry({ key: "1", arguments: { name: "Rope" } });
    expect(await dry({ key: "1", arguments: { name: "Rope" } })).toEqual({ replayed: true });
    await expect(dry({ key: "1", arguments: { name: "Tar" } })).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("progress", () => {
  const shown = (isTTY: boolean, times: number[]) => {
    let text = "";
    let now = 0;
    const stream = { isTTY, columns: 60, write: (more: string) => (text += more) };
    const progress = showProgress({ total: 200, stream, nowMs: () => now });
    for (const [index, time] of times.entries()) {
      now = time;
      progress.update({ imported: index + 1, unchanged: 10, refused: 1 });
    }
    progress.end();
    return text;
  };

  test("is a bar on a terminal, redrawn ten times a second and gone at the end", () => {
    const frames = shown(true, [0, 1, 99, 100, 101]).split("\r\x1b[K");
    expect(frames).toHaveLength(4);
    expect(frames[1]).toMatch(/^ {2}█░+ {2}12 of 200 rows, 1 refused$/);
    expect(frames[2]).toContain("15 of 200");
    expect(frames[3]).toBe("");
  });

  test("is a plain line now and then elsewhere", () => {
    expect(shown(false, [0, 1_000, 2_000, 2_100, 4_000])).toBe(
      "14 of 200 rows, 1 refused\n16 of 200 rows, 1 refused\n",
    );
  });
});

test("the report for programs accounts for every row", () => {
  const report = {
    file: "a.csv",
    tool: "books.add",
    rows: 10,
    outcome: {
      imported: 3,
      unchanged: 2,
      refused: 1,
      refusals: [{ line: 4, code: "CONFLICT" as const, message: "changed", fields: ["x"] }],
      stopped: new RingmainError("PAUSED", "The whole workspace is paused."),
    },
    dryRun: false,
    interrupted: false,
    durationMs: 5,
    unusedRows: {},
  };
  expect(reportDocument(report)).toMatchObject({
    rows: 10,
    imported: 3,
    unchanged: 2,
    refused: 1,
    not_reached: 4,
    refused_rows: [{ line: 4, code: "CONFLICT", message: "changed" }],
    error: { code: "PAUSED" },
  });
  expect(reportDocument({ ...report, dryRun: true })).toMatchObject({ dry_run: true, imported: 0, ready: 3 });
});
