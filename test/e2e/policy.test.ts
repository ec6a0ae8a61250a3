import { readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeBuilt, runCli } from "../helpers/run-cli.ts";
import { makeWorkspace } from "../helpers/workspace.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describeBuilt("ringmain policy, why and audit stats", () => {
  it("decides the tests of the repository's own policies, and shows the matrix, without a database", async () => {
    const { code, stdout, stderr } = await runCli(["policy", "test"], { cwd: root });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("Limits and pauses") });
    expect(stdout).toContain("✓ one cent more needs finance");
    expect(stdout).toContain("all as expected");
    expect(stdout).toContain("  send_reminder           ·  ?  ·  ·  ·  ·  ?  ·");
  });

  it("ends with 1 when a decision is not as expected, and with 2 when a file is wrong", async () => {
    using workspace = await makeWorkspace({ servers: {} });
    for (const file of ["ringmain.lock", "ringmain.yaml"])
      writeFileSync(join(workspace.dir, file), readFileSync(join(root, file)));
    const file = join(workspace.dir, "lead.test.yaml");
    const test = (tool: string) =>
      writeFileSync(file, `cases:\n  - { who: client:claude-desktop, tool: ${tool}, expect: deny }\n`);
    test("crm.create_lead");
    const failed = await workspace.ringmain("policy", "test", file, "--no-matrix");
    expect(failed).toMatchObject({ code: 1, stderr: "" });
    expect(failed.stdout).toContain("✗ client:claude-desktop crm.create_lead: deny  lead.test.yaml:2");
    expect(failed.stdout).toContain("expected  deny\n      decided   allow\n");
    test("crm.create_led");
    const wrong = await workspace.ringmain("policy", "test", file);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('lead.test.yaml:2:41 There is no tool "crm.create_led".');
    expect(wrong.stderr).toContain('hint: Did you mean "crm.create_lead"?');
  });

  it("leads from a record to its entry, and from the entry to the grant", async () => {
    using workspace = await makeWorkspace({
      servers: { crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*", "crm.upsert_owner"] } },
    });
    const me = `user:${userInfo().username}`;
    const called = await workspace.ringmain(
      "call",
      "crm.upsert_owner",
      "-a",
      "name=Ada Nord",
      "-a",
      "email=ada@nordwind.example",
    );
    expect(called.code).toBe(0);
    const why = JSON.parse((await workspace.ringmain("why", "ada@nordwind.example", "--json")).stdout);
    expect(why).toMatchObject({
      table: "crm_owner",
      unexplained: false,
      versions: [{ version: 1, grant: { line: "crm.upsert_owner" } }],
    });
    const entry = why.versions[0].entry.seq;
    const explained = await workspace.ringmain("policy", "explain", `${entry}`);
    expect(explained).toMatchObject({ code: 0, stderr: "" });
    expect(explained.stdout).toMatch(/granted by crm\.upsert_owner \(ringmain\.yaml:\d+\)/);
    expect(explained.stdout).toContain("today      the same: it would be allowed");
    const stats = JSON.parse(
      (await workspace.ringmain("audit", "stats", "--by", "principal", "--json")).stdout,
    );
    expect(stats.by.principal).toContainEqual(expect.objectContaining({ principal: me, entries: 1 }));
    const unknown = await workspace.ringmain("why", "crm.owner", "bob@nordwind.example");
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("NOT_FOUND") });
  });
});
