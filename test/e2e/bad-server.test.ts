import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeBuilt, expectNoProcesses } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const fixture = (file: string) => fileURLToPath(new URL(`../fixtures/servers/${file}.mjs`, import.meta.url));

// together, since most of them wait for something that never comes
describeBuilt("a server that", { concurrent: true }, () => {
  /** A workspace that may be left only when no process of it is. */
  async function withServer(server: object): Promise<TestWorkspace & AsyncDisposable> {
    const workspace = await makeWorkspace({
      servers: { x: server, crm: { builtin: "crm" } },
      roles: { owner: { tools: ["crm.*", "x.work"] } },
    });
    return Object.assign(workspace, {
      async [Symbol.asyncDispose]() {
        await expectNoProcesses(workspace.dir);
        workspace.remove();
      },
    });
  }
  const program = (file: string, ...args: string[]) => ({
    command: process.execPath,
    args: [fixture(file), ...args],
  });

  it("crashes at its start: its last words are told, and the others are at work", async () => {
    await using broken = await withServer(program("crash-at-start"));
    const servers = await broken.ringmain("servers");
    expect(servers.code).toBe(1);
    expect(servers.stdout).toMatch(/^crm\n( {2}.*\n)+$/);
    expect(servers.stderr).toContain("SERVER_UNAVAILABLE  Server x stopped at its start");
    expect(servers.stderr).toContain("  the disk is full\n");
    expect(servers.stderr).toContain("`ringmain mcp x` runs it by hand");
    expect(await broken.ringmain("call", "crm.list_owners")).toMatchObject({ code: 0 });
    const call = await broken.ringmain("call", "x.work");
    expect(call).toMatchObject({ code: 1, stdout: "" });
    expect(call.stderr).toContain("the disk is full");
    const doctor = await broken.ringmain("doctor");
    expect(doctor.code).toBe(2);
    expect(doctor.stdout).toMatch(
      /✗ servers {4}Server x stopped at its start.*\n {15}opening the store\n {15}the disk is full\n/,
    );
    expect(doctor.stdout).toContain("✗ files      the same as servers\n");
  });

  it("does not exist: its command is named", async () => {
    await using missing = await withServer({ command: "/no/such/program" });
    const { code, stderr } = await missing.ringmain("call", "x.work");
    expect(code).toBe(1);
    expect(stderr).toContain("/no/such/program");
    expect(stderr).toContain("ringmain.yaml");
  });

  it("prints to stdout: it works, with one warning", async () => {
    await using chatty = await withServer(program("prints-to-stdout"));
    const { code, stdout, stderr } = await chatty.ringmain("call", "x.work");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ ok: true });
    expect(stderr).toContain('It wrote "Welcome to this server" to stdout, which was skipped.');
    expect(stderr).toContain("print to stderr instead");
    expect(stderr.match(/It wrote/g)).toHaveLength(1);
  });

  it("never answers: given up in time, and ended", async () => {
    await using silent = await withServer(program("never-answers"));
    const { code, stdout, stderr } = await silent.ringmain("call", "x.work");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("SERVER_UNAVAILABLE  Server x started, but did not answer within");
    expect(stderr).toContain("ringmain.yaml");
  });

  it("never answers a call: the timeout of ringmain.yaml ends it", async () => {
    const text = `import { serveRaw } from ${JSON.stringify(fixture("raw"))};\nserveRaw({ call() {} });\n`;
    await using mute = await withServer({ command: process.execPath, args: ["mute.mjs"], timeout: "500ms" });
    writeFileSync(join(mute.dir, "mute.mjs"), text);
    const { code, stderr } = await mute.ringmain("call", "x.work");
    expect(code).toBe(1);
    expect(stderr).toContain("TIMEOUT  x.work did not answer within 500 ms.");
    expect(stderr).toContain("`ringmain audit tail` shows it");
  });

  it("has a timeout that is none", async () => {
    await using wrong = await withServer({ builtin: "crm", timeout: "soon" });
    const { code, stderr } = await wrong.ringmain("check");
    expect(code).toBe(2);
    expect(stderr).toContain("soon");
    expect(stderr).toContain("30s");
  });

  it("ignores SIGTERM: the answer comes, and the server is ended all the same", async () => {
    await using stubborn = await withServer(program("ignores-sigterm"));
    const { code, stdout } = await stubborn.ringmain("call", "x.work");
    expect(code).toBe(0);
    const { pid } = JSON.parse(stdout);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("is not built on the kit: refused, for nothing would record its calls", async () => {
    await using foreign = await withServer(program("not-kit"));
    const { code, stderr } = await foreign.ringmain("call", "x.work");
    expect(code).toBe(2);
    expect(stderr).toContain("Server x is not built on Ringmain's kit.");
  });
});
