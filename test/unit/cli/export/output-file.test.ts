import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { outputFile } from "../../../../src/cli/export/output-file.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ringmain-export-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function* chunks(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

async function* failing(): AsyncGenerator<string> {
  yield "half of ";
  throw new Error("the server went away");
}

it("writes a new file", async () => {
  const path = join(dir, "a.csv");
  const file = outputFile(path);
  expect(file.exists).toBe(false);
  await file.write(chunks("a,b\r\n", "1,ä\r\n"));
  expect(readFileSync(path, "utf8")).toBe("a,b\r\n1,ä\r\n");
  expect(readdirSync(dir)).toEqual(["a.csv"]);
});

it("replaces a file as a whole, and keeps who may read it", async () => {
  const path = join(dir, "a.csv");
  writeFileSync(path, "old");
  chmodSync(path, 0o600);
  const file = outputFile(path);
  expect(file.exists).toBe(true);
  await file.write(chunks("new"));
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it("leaves everything as it was when the export fails", async () => {
  const path = join(dir, "a.csv");
  writeFileSync(path, "old");
  await expect(outputFile(path).write(failing())).rejects.toThrow("the server went away");
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(dir)).toEqual(["a.csv"]);
});

it("writes what a link leads to", async () => {
  const path = join(dir, "a.csv");
  const link = join(dir, "link.csv");
  writeFileSync(path, "old");
  symlinkSync(path, link);
  await outputFile(link).write(chunks("new"));
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

it("refuses a folder, and a folder that is missing", async () => {
  expect(() => outputFile(dir)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  const missing = outputFile(join(dir, "no", "a.csv"));
  await expect(missing.write(chunks("x"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
});
