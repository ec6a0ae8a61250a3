import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { definition } from "../../../../servers/inventory/definition.ts";

const folder = resolve(import.meta.dirname, "../../../../servers/inventory/tools");

test("the list holds exactly the tools of the folder", () => {
  const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, "").replaceAll("-", "_"));
  expect(definition.tools.map((tool) => tool.name).sort()).toEqual(files.sort());
});
