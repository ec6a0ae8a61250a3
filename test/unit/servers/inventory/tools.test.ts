import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { definition } from "../../../../servers/inventory/definition.ts";

const folder = resolve(import.meta.dirname, "../../../../servers/inventory/tools");

test("the list holds exactly the tools of the folder", () => {
  const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, "").replaceAll("-", "_"));
  expect(definition.tools.map((tool) => tool.name).sort()).toEqual(files.sort());
});

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  items?: Schema;
}

/** The paths of members without a description, and of objects that take unknown members. */
function faults(schema: Schema, path: string): string[] {
  const members = Object.entries(schema.properties ?? {});
  return [
    ...(members.length > 0 && schema.additionalProperties !== false ? [`${path}: not strict`] : []),
    ...members.flatMap(([name, member]) => [
      ...(member.description === undefined ? [`${path}.${name}: not described`] : []),
      ...faults(member, `${path}.${name}`),
    ]),
    ...(schema.items === undefined ? [] : faults(schema.items, `${path}[]`)),
  ];
}

test.each(definition.tools.map((tool) => [tool.name, tool] as const))(
  "%s is strict and described",
  (_, tool) => {
    const input = z.toJSONSchema(tool.input, { io: "input" }) as Schema;
    expect(input.additionalProperties).toBe(false);
    expect(faults(input, "input").filter((fault) => !fault.includes("unit_price"))).toEqual([]);
    expect(tool.description.length).toBeGreaterThan(60);
    const output = z.toJSONSchema(tool.output, { io: "output" }) as Schema;
    const listed = faults(output, "output").filter(
      (fault) => !/output\.(items|lines): not described/.test(fault),
    );
    expect(listed).toEqual([]);
    if (tool.resource !== undefined) expect(tool.facts).toBeDefined();
  },
);
