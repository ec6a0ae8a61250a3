import { expect, it } from "vitest";
import { counted } from "../../../src/cli/counted.ts";
import { wantsColour } from "../../../src/cli/terminal.ts";

it.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: "1" }, false],
  [true, { NO_COLOR: "" }, true],
  [false, { FORCE_COLOR: "1" }, true],
  [true, { FORCE_COLOR: "0" }, false],
  [true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
  [true, { TERM: "dumb" }, false],
])("terminal %s with %j: colours %s", (isTTY, environment, wanted) => {
  expect(wantsColour({ isTTY }, environment)).toBe(wanted);
});

it.each([
  [0, "0 agents"],
  [1, "1 agent"],
  [2, "2 agents"],
])("counts %i", (count, text) => {
  expect(counted(count, "agent")).toBe(text);
});
