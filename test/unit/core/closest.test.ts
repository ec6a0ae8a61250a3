import { describe, expect, it } from "vitest";
import { didYouMean } from "../../../src/core/closest.ts";

describe("the closest name", () => {
  it.each([
    ["creat_task", ["create_task", "list_tasks"], "create_task"],
    ["limts", ["limits", "tools"], "limits"],
    ["completely_different", ["create_task"], undefined],
    ["x", ["ab"], undefined],
    ["anything", [], undefined],
  ])("to %s among %j is %s", (name, known, closest) => {
    expect(didYouMean(name, known)).toBe(closest && `Did you mean "${closest}"?`);
  });
});
