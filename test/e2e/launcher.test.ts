import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliProcess, expectNoProcesses, startCli } from "../helpers/run-cli.ts";
import { makeWorkspace, type TestWorkspace } from "../helpers/workspace.ts";

const launcher = fileURLToPath(new URL("../../bin/ringmain.mjs", import.meta.url));

/** A Node.js on the PATH that is too old for Ringmain, under which the launcher starts the one that comes along. */
const oldNode = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "node"))
  .filter((path) => !path.includes("node_modules") && existsSync(path))
  .find((path) => Number(execFileSync(path, ["-p", "process.versions.node.split('.')[0]"])) < 24);

const tick = `name: Tick
agent: ticker
on:
  schedule:
    - cron: "0 0 1 1 *"
steps:
  - id: owners
    call: crm.list_owners
`;

describe.skipIf(oldNode === undefined)(
  "the launcher under an older Node.js (skipped where there is none)",
  () => {
    let workspace: TestWorkspace;

    beforeAll(async () => {
      workspace = await makeWorkspace({
        agents: { ticker: { tools: ["crm.list_owners"] } },
        workflows: { tick },
      });
    });
    afterAll(() => workspace.remove());

    async function served(): Promise<CliProcess> {
      const command = [oldNode ?? "node", launcher];
      const process = startCli(["serve", "-w", workspace.dir], { command });
      await process.until("Ctrl-C ends it");
      return process;
    }

    it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("hands %s on to the program", async (signal) => {
      const { child, ended } = await served();
      child.kill(signal);
      expect(await ended).toMatchObject({ signal: null });
      await expectNoProcesses(workspace.dir);
    });

    it("takes the program along when it is killed", async () => {
      const { child, ended } = await served();
      child.kill("SIGKILL");
      // its output ends only when the program, which writes to the same pipes, has ended
      expect(await ended).toMatchObject({ signal: "SIGKILL" });
      await expectNoProcesses(workspace.dir);
    });
  },
);
