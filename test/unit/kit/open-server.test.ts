import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import { openServer } from "../../../src/kit/open-server.ts";
import { definition } from "../../fixtures/kit/notes/definition.ts";
import { temporaryWorkspace } from "../../fixtures/kit/temporary-workspace.ts";

it("does not start where a policy is not read, since what it forbids would be open", async () => {
  using workspace = await temporaryWorkspace();
  const policy = join(workspace.dir, "policies/limits.cedar.txt");
  writeFileSync(policy, '@id("nothing") forbid (principal, action, resource);');
  const open = () => openServer(definition, systemClock, { RINGMAIN_WORKSPACE: workspace.dir });
  await expect(open()).rejects.toMatchObject({
    code: "WORKFLOW_INVALID",
    message: "policies/limits.cedar.txt: This file is not read.",
    hint: expect.stringContaining("Only policies/*.cedar is read"),
  });
  renameSync(policy, join(workspace.dir, "policies/limits.cedar"));
  (await open()).close();
});
