import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { exitCodeFor } from "../../../src/cli/exit-code.ts";
import { usageError } from "../../../src/cli/usage-error.ts";
import { type ErrorCode, errorCodes, RingmainError } from "../../../src/core/errors.ts";

describe("exitCodeFor", () => {
  const expected: Partial<Record<number, ErrorCode[]>> = {
    2: ["INPUT_INVALID", "NOT_FOUND", "CONFLICT", "STATE_INVALID", "WORKFLOW_INVALID", "TOOL_CHANGED"],
    3: ["POLICY_DENIED", "APPROVAL_REQUIRED", "APPROVAL_REJECTED", "LIMIT_EXCEEDED", "PAUSED"],
    70: ["INTERNAL"],
  };

  it.each(errorCodes)("%s", (code) => {
    const [exit = "1"] = Object.entries(expected).find(([, codes]) => codes?.includes(code)) ?? [];
    expect(exitCodeFor(new RingmainError(code, "x"))).toBe(Number(exit));
  });

  it("anything else is a bug", () => {
    expect(exitCodeFor(new TypeError("x"))).toBe(70);
    expect(exitCodeFor("text")).toBe(70);
  });
});

describe("usageError", () => {
  it.each([
    [
      "error: unknown option '--x'",
      "run",
      "Unknown option '--x'.",
      "`ringmain run --help` shows what it takes.",
    ],
    [
      "error: unknown option '--jsno'\n(Did you mean --json?)",
      undefined,
      "Unknown option '--jsno'.",
      "Did you mean --json? `ringmain --help` shows what it takes.",
    ],
    ["error: too many arguments.", "x", "Too many arguments.", "`ringmain x --help` shows what it takes."],
  ])("%s", (text, command, message, hint) => {
    const error = usageError(new CommanderError(1, "commander.x", text), command);
    expect(error).toMatchObject({ code: "INPUT_INVALID", message, hint });
  });
});
