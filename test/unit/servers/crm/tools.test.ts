import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { definition } from "../../../../servers/crm/definition.ts";
import { toolHarness } from "../../../helpers/tool-harness.ts";

test("each file in tools/ is one tool of the list, and the other way round", () => {
  const files = readdirSync(new URL("../../../../servers/crm/tools/", import.meta.url));
  const names = definition.tools.map(({ name }) => `${name.replaceAll("_", "-")}.ts`);
  expect(names.toSorted()).toEqual(files.toSorted());
});

test("all tables are STRICT, have a primary key and the server's prefix", async () => {
  const { database } = await toolHarness(definition);
  const tables = database
    .prepare("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name LIKE 'crm%'")
    .all();
  expect(tables).toHaveLength(15);
  for (const { name, strict } of tables) {
    expect(strict, String(name)).toBe(1);
    expect(String(name)).toMatch(/^crm_/);
    const keys = database.prepare("SELECT 1 FROM pragma_table_info(?) WHERE pk > 0").all(String(name));
    expect(keys.length, String(name)).toBeGreaterThan(0);
  }
});
