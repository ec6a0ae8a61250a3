import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { metaKey } from "../src/core/call-meta.ts";
import { interleave, timeEach, timeTogether } from "./measure.ts";
import { compareRates, compareTimes, type Result } from "./result.ts";
import { makeWorkspace, temporaryFolder } from "./temporary-workspace.ts";

/** Over stdio to a process of its own, through the SDK's client: an audited, permitted call against a bare tool. */
export async function benchTransport(): Promise<Result[]> {
  using folder = temporaryFolder();
  const { token, runId } = await makeWorkspace(folder.dir);
  const bare = await connect("bare-server.mjs", {});
  const kit = await connect("server/main.ts", { RINGMAIN_WORKSPACE: folder.dir });

  let calls = 0;
  const callKit = async () => {
    calls += 1;
    const meta = {
      [metaKey.token]: token,
      [metaKey.step]: `step_${calls}`,
      [metaKey.key]: `${runId}/step_${calls}`,
    };
    const { isError } = await kit.callTool({ name: "echo", arguments: { text: "hello" }, _meta: meta });
    if (isError) throw new Error("the kit refused the call");
  };
  const callBare = () => bare.callTool({ name: "echo", arguments: { text: "hello" } });
  for (const call of [callKit, callBare]) await timeTogether(1000, 32, call);

  const alone = await interleave(
    { kit: () => timeEach(100, callKit), bare: () => timeEach(100, callBare) },
    4,
  );
  const name = "kit / bare tool over stdio";
  const results = [
    compareTimes({ name: `${name}, 1 in flight`, ours: alone("kit"), baseline: alone("bare") }),
  ];
  for (const inFlight of [8, 32]) {
    const together = await interleave(
      {
        kit: () => timeTogether(inFlight * 20, inFlight, callKit),
        bare: () => timeTogether(inFlight * 20, inFlight, callBare),
      },
      4,
    );
    results.push(
      compareRates({
        name: `${name}, ${inFlight} in flight`,
        ours: together("kit"),
        baseline: together("bare"),
      }),
    );
  }
  await Promise.all([bare.close(), kit.close()]);
  return results;
}

async function connect(program: string, env: Record<string, string>): Promise<Client> {
  const client = new Client({ name: "bench", version: "1" });
  const file = fileURLToPath(new URL(program, import.meta.url));
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [file], env }));
  return client;
}
