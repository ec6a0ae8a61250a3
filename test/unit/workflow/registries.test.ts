import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { findSyntaxFault } from "../../../src/workflow/cel.ts";
import { celFunctions } from "../../../src/workflow/functions/registry.ts";
import { stepKinds } from "../../../src/workflow/steps/registry.ts";

it("lists every step kind that has a file", () => {
  const folder = new URL("../../../src/workflow/steps/", import.meta.url);
  const files = readdirSync(folder).filter((name) => !["registry.ts", "step-kind.ts"].includes(name));
  expect(stepKinds.map(({ kind }) => `${kind.replace("_", "-")}.ts`).sort()).toEqual(files.sort());
});

it("lists functions that CEL knows by exactly that name and number of arguments", () => {
  for (const { name, method, parameters } of celFunctions) {
    const values = parameters.map((_, index) => `x${index}`);
    const [receiver, ...others] = values;
    const use = method ? `${receiver}.${name}(${others.join(", ")})` : `${name}(${values.join(", ")})`;
    expect(findSyntaxFault(use), use).toBeUndefined();
  }
});
