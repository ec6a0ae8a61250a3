import { rmSync } from "node:fs";
import { expect, it } from "vitest";
import { addClient, answerOf, openCrm } from "../helpers/client-server.ts";
import { describeBuilt } from "../helpers/run-cli.ts";
import { mayMount, smallDisk } from "../helpers/small-disk.ts";
import { makeWorkspace } from "../helpers/workspace.ts";

describeBuilt("a disk that is read-only", () => {
  it.skipIf(!mayMount)("has a trail that can be read, exported and verified", async () => {
    using workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      clients: { desk: { tools: ["crm.*", "crm.upsert_owner"] } },
    });
    rmSync(workspace.stateDir, { recursive: true, force: true });
    using disk = smallDisk(workspace.stateDir, 4);
    const client = await openCrm(workspace, await addClient(workspace, "desk"));
    try {
      const nina = { name: "Nina", email: "nina@example.com" };
      expect(answerOf(await client.callTool("upsert_owner", nina))).toBe("ok");
    } finally {
      await client.close();
    }
    disk?.makeReadOnly();

    expect(await workspace.ringmain("audit", "verify", "--json")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"ok": true'),
    });
    expect(await workspace.ringmain("audit", "tail")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("crm.upsert_owner"),
    });
    expect(await workspace.ringmain("audit", "export")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("crm.upsert_owner"),
    });
  });
});
