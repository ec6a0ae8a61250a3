import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { checkWorkspace } from "../../../src/cli/check-workspace.ts";
import { RingmainError } from "../../../src/core/errors.ts";
import { parseLock } from "../../../src/core/lock-file.ts";
import { loadWorkspace } from "../../../src/workspace/load-workspace.ts";

const folder = fileURLToPath(new URL("../../fixtures/faults/", import.meta.url));
const lock = new URL("../../../ringmain.lock", import.meta.url);
const { tools } = parseLock(readFileSync(lock, "utf8"));

const faultSchema = z.strictObject({
  edits: z.array(z.strictObject({ file: z.string(), find: z.string(), replace: z.string() })),
  /** `file:line:column code`, all of them, in the order in which they are told. */
  problems: z.array(z.string()).min(1),
});
const problemSchema = z.object({ file: z.string(), line: z.int(), column: z.int(), code: z.string() });
const faultyFile = z.object({ problems: z.array(problemSchema) });

const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".yaml") && !name.startsWith("base"))
  .sort();

/** What `check` says of the valid workspace after some edits. */
async function check(edits: z.infer<typeof faultSchema>["edits"]): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), "fault-"));
  try {
    cpSync(join(folder, "base"), dir, { recursive: true });
    for (const { file, find, replace } of edits) {
      const text = readFileSync(join(dir, file), "utf8");
      expect(text.split(find), `${find} stands once in ${file}`).toHaveLength(2);
      writeFileSync(
        join(dir, file),
        text.replace(find, () => replace),
      );
    }
    return (await problemsOf(dir)).map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function problemsOf(dir: string) {
  try {
    return (await checkWorkspace(loadWorkspace(dir), tools)).problems;
  } catch (error) {
    // ringmain.yaml itself is wrong
    if (!(error instanceof RingmainError)) throw error;
    return faultyFile.parse(error.details).problems;
  }
}

it("finds no fault in the valid workspace", async () => {
  expect(await check([])).toEqual([]);
});

it.each(names)("%s is told where it stands, and nothing else", async (name) => {
  const { edits, problems } = faultSchema.parse(parse(readFileSync(join(folder, name), "utf8")));
  expect(await check(edits)).toEqual(problems);
});
