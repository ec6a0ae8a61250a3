import { existsSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { describeBuilt } from "../helpers/run-cli.ts";
import { makeWorkspace } from "../helpers/workspace.ts";

const canary = "canary-58c1f0";

describeBuilt("ringmain audit erase", () => {
  it("removes what calls said of a person: from every file, with every proof valid and no call made again", async () => {
    using workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*", "crm.upsert_contact", "crm.upsert_owner"] } },
    });
    const { databasePath } = workspace;
    const isInFiles = () =>
      ["", "-wal", "-shm"].some(
        (ending) => existsSync(databasePath + ending) && readFileSync(databasePath + ending).includes(canary),
      );
    const json = async (...args: string[]) => {
      const { code, stdout } = await workspace.ringmain(...args, "--json");
      return { code, answer: JSON.parse(stdout) };
    };

    const owner = ["-a", "name=Olga", "-a", "email=olga@harbour.example"];
    expect(await workspace.ringmain("call", "crm.upsert_owner", ...owner)).toMatchObject({ code: 0 });
    const added = ["-a", "name=Mara Quay", "-a", "email=mara@quay.example"];
    const { answer } = await json("call", "crm.upsert_contact", ...added);
    const { id, ref } = answer.result;
    expect(answer).toMatchObject({ entry: 2 });
    const search = ["call", "crm.search_records", "--key", "search/1", "-a", "type=contact"];
    const query = `query=mara@quay.example ${canary}`;
    expect(await workspace.ringmain(...search, "-a", query)).toMatchObject({ code: 0 });
    expect(isInFiles()).toBe(true);

    // somebody reads, so it cannot be off the disk yet: that is said, and not claimed
    const reader = new DatabaseSync(databasePath);
    reader.exec("BEGIN; SELECT count(*) FROM audit_entry");
    const subject = ["--subject", `contact:${ref}`, "--reason", "request 2026-014"];
    const blocked = await json("audit", "erase", ...subject, "--wait", "0s", "--yes");
    reader.exec("COMMIT");
    expect(blocked).toMatchObject({
      code: 1,
      answer: {
        found: { entries: [[2, 3]] },
        erased: { payloads: 2 },
        finished: false,
        error: { code: "STORE_BUSY", hint: expect.stringContaining("ringmain audit erase --finish") },
      },
    });
    expect(isInFiles()).toBe(true);
    reader.close();
    expect(await json("audit", "erase", "--finish")).toEqual({ code: 0, answer: { finished: true } });
    expect(isInFiles()).toBe(false);

    expect(await json("audit", "verify")).toMatchObject({
      code: 0,
      answer: { ok: true, entries: 4, erased: 2 },
    });
    expect(await workspace.ringmain("audit", "prove", "2")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("c2sp.org/tlog-proof@v1"),
    });
    const again = await json(...search, "-a", query);
    expect(again).toMatchObject({ code: 1, answer: { error: { code: "RESULT_ERASED" } } });
    const [erasure] = workspace.query("SELECT body FROM audit_entry WHERE tool = 'ringmain.erase_payloads'");
    expect(String(erasure?.body)).not.toContain("quay");
    expect(JSON.parse(String(erasure?.body))).toMatchObject({
      kind: "erasure",
      subject: `contact:${id}`,
      reason: "request 2026-014",
      erased: [[2, 3]],
    });
  });
});
