import { expect, test } from "vitest";
import { createTrailJournal } from "../../../src/cli/trail-journal.ts";
import { temporaryTrail } from "../../fixtures/kit/temporary-trail.ts";

const ofStep = (step: string) => ({ run: "run_1", step, key: `run_1/${step}` });
const refused = (step: string, error: string) =>
  ({ ...ofStep(step), outcome: "denied", decision: "deny", error, reason: error }) as const;

test("a call that waits for a person has no outcome; what was decided is one", async () => {
  using trail = await temporaryTrail();
  await trail.append(
    refused("waits", "APPROVAL_REQUIRED"),
    refused("approved", "APPROVAL_REQUIRED"),
    refused("rejected", "APPROVAL_REQUIRED"),
    ofStep("approved"),
    refused("rejected", "APPROVAL_REJECTED"),
  );
  const journal = createTrailJournal(trail.database, trail.writerKey).read("run_1");
  expect([...journal]).toEqual([
    ["approved", { entry: 4, result: { done: 3 } }],
    ["rejected", { entry: 5, error: expect.objectContaining({ code: "APPROVAL_REJECTED" }) }],
  ]);
});
