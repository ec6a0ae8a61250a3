import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeApproverKey, openApproverKey, writeKeyFile } from "../../../../src/approval/approver-key.ts";
import { addApprover, currentApprover, noteFailure } from "../../../../src/approval/approvers.ts";
import { lastEntries } from "../../../../src/audit/read.ts";
import { decisionAct } from "../../../../src/cli/approvals/act.ts";
import { requireApprover, unlockKey } from "../../../../src/cli/approvals/unlock-key.ts";
import { pausePrincipal } from "../../../../src/identity/pauses.ts";
import { temporaryTrail } from "../../../fixtures/kit/temporary-trail.ts";

const passphrase = "correct horse battery";
const maria = { principal: "user:maria", roles: ["finance"] };
const key = makeApproverKey({ principal: maria.principal, passphrase });
const act = decisionAct({ id: "apr_1", principal: "agent:collector" }, "approved", undefined);

let trail: Awaited<ReturnType<typeof temporaryTrail>>;
beforeEach(async () => {
  trail = await temporaryTrail();
  writeKeyFile(dirname(trail.path), maria.principal, key.sealed);
  addApprover(trail.database, { ...key, principal: maria.principal, now: new Date() });
});
afterEach(() => trail[Symbol.dispose]());

const failures = () => currentApprover(trail.database, maria.principal)?.failures;
const failTimes = (times: number) => {
  const approver = requireApprover(trail.database, maria);
  for (let count = 0; count < times; count += 1) noteFailure(trail.database, approver, new Date());
};
const unlock = (askPassphrase: () => string) => {
  const { database, writerKey, path } = trail;
  const approver = requireApprover(database, maria);
  const common = { database, writerKey, stateDir: dirname(path), person: maria, approver, act };
  return unlockKey({ ...common, askPassphrase: async () => askPassphrase() });
};
const lastEntry = () => lastEntries(trail.database, {}, 1)[0];
const nobodyAsks = () => {
  throw new Error("a passphrase was asked for");
};

describe("an approver's key", () => {
  it("opens with the right passphrase, which the trail says nothing of", async () => {
    expect(await unlock(() => passphrase)).toBe(openApproverKey(key.sealed, passphrase));
    expect(lastEntry()).toBeUndefined();
  });

  it("rests after the fifth wrong one in a row: then nobody is asked, and each refusal is recorded", async () => {
    failTimes(4);
    await expect(unlock(() => "wrong")).rejects.toMatchObject({ code: "POLICY_DENIED" });
    expect(lastEntry()).toMatchObject({ tool: act.tool, approval: "apr_1", outcome: "denied" });
    expect(failures()).toBe(5);
    await expect(unlock(nobodyAsks)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(lastEntry()).toMatchObject({ seq: 2, error: "LIMIT_EXCEEDED", outcome: "denied" });
  });

  it("stays shut when others typed the fifth wrong one meanwhile", async () => {
    const answer = unlock(() => {
      failTimes(5);
      return passphrase;
    });
    await expect(answer).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  it("counts the wrong ones of a person who is paused, too", async () => {
    pausePrincipal(trail.database, { principal: maria.principal, by: "user:joe", now: new Date() });
    await expect(unlock(() => "wrong")).rejects.toMatchObject({ code: "PAUSED" });
    expect(failures()).toBe(1);
  });
});
