import { expect, it } from "vitest";
import { approvalOf, metaKey } from "../../../src/core/call-meta.ts";
import { RingmainError } from "../../../src/core/errors.ts";
import { readAnswer } from "../../../src/hub/call-answer.ts";
import { errorOf } from "./fixture-hub.ts";

const answer = (error: object) => ({ isError: true, _meta: { [metaKey.entry]: 7, [metaKey.error]: error } });
const read = (error: object) => errorOf((async () => readAnswer("s.t", answer(error)))());

it("gives an error with the request for approval that it names", async () => {
  const told = { code: "APPROVAL_REQUIRED", message: "wait", policies: ["ask"], approval: "apr_1" };
  const error = await read(told);
  expect(error).toMatchObject({ code: "APPROVAL_REQUIRED", details: { entry: 7, policies: ["ask"] } });
  expect(approvalOf(error.details)).toBe("apr_1");
});

it("knows no request where none is named, or where it is no text", async () => {
  const error = await read({ code: "POLICY_DENIED", message: "no" });
  expect(error.details).toEqual({ entry: 7, policies: [] });
  expect(approvalOf(error.details)).toBeUndefined();
  expect(approvalOf(new RingmainError("INTERNAL", "x").details)).toBeUndefined();
  expect(approvalOf({ approval: 5 })).toBeUndefined();
  await expect(read({ code: "APPROVAL_REQUIRED", message: "wait", approval: 5 })).resolves.toMatchObject({
    code: "INTERNAL",
  });
});
