import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { addClient, answerOf, openCrm } from "../helpers/client-server.ts";
import { describeBuilt } from "../helpers/run-cli.ts";
import { mayMount, smallDisk } from "../helpers/small-disk.ts";
import { makeWorkspace } from "../helpers/workspace.ts";

describeBuilt("a disk that is full", () => {
  it.skipIf(!mayMount)(
    "refuses calls and loses none; the same process goes on once there is room",
    async () => {
      using workspace = await makeWorkspace({
        servers: { crm: { builtin: "crm" } },
        clients: { desk: { tools: ["crm.*", "crm.create_lead", "crm.upsert_owner"] } },
      });
      rmSync(workspace.stateDir, { recursive: true, force: true });
      using _disk = smallDisk(workspace.stateDir, 4);
      const client = await openCrm(workspace, await addClient(workspace, "desk"));
      let made = 0;
      const create = async () => {
        made += 1;
        const name = `Lead ${made}`;
        const note = "x".repeat(3_000);
        const email = `lead-${made}@nordwind.example`;
        const given = { name, email, contact_name: "Ada Nord", company_name: `Company ${made}`, note };
        return answerOf(await client.callTool("create_lead", { source: "fair", ...given }));
      };
      try {
        const nina = { name: "Nina", email: "nina@example.com" };
        expect(answerOf(await client.callTool("upsert_owner", nina))).toBe("ok");
        expect(await create()).toBe("ok");

        const filler = join(workspace.stateDir, "filler");
        const { bavail, bsize } = statfsSync(workspace.stateDir);
        writeFileSync(filler, Buffer.alloc(bavail * bsize - 60_000));
        const answers: string[] = [];
        while (answers.filter((answer) => answer !== "ok").length < 3) answers.push(await create());
        const refused = answers.filter((answer) => answer !== "ok");
        for (const answer of refused) expect(answer).toMatch(/^STORE_UNAVAILABLE: There is no space left/);

        rmSync(filler);
        expect(await create()).toBe("ok");
        const done = answers.length - refused.length + 2;
        const [counted] = workspace.query(
          `SELECT (SELECT count(*) FROM crm_lead) AS leads,
           (SELECT count(*) FROM audit_entry WHERE tool = 'crm.create_lead') AS entries`,
        );
        expect(counted).toEqual({ leads: done, entries: done });
      } finally {
        await client.close();
      }
      expect(await workspace.ringmain("audit", "verify")).toMatchObject({ code: 0 });
    },
  );
});
