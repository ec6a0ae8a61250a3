import { RingmainError } from "../../../src/core/errors.ts";

/** Throws CONFLICT, and shows the record as it is now, when the caller's version is not the current one. */
export function expectVersion(current: { ref: string; version: number }, expected: number | undefined): void {
  if (expected === undefined || expected === current.version) return;
  throw new RingmainError(
    "CONFLICT",
    `${current.ref} has version ${current.version}, not ${expected}: somebody changed it meanwhile.`,
    {
      hint: `It is now ${JSON.stringify(current)}. If the change still makes sense, repeat it with expected_version ${current.version}.`,
    },
  );
}
