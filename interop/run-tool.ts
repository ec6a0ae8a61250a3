import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Ended, plainEnvironment, untilEnd } from "../test/helpers/workspace.ts";

/**
 * Runs a program of the packages in this folder to its end, under the Node.js of this process. It takes `home` for the
 * home of a person and works there: nothing of whoever runs this is read or changed.
 */
export function runTool(program: string, args: readonly string[], home: string): Promise<Ended> {
  const path = fileURLToPath(new URL(`node_modules/@modelcontextprotocol/${program}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    cwd: home,
    env: plainEnvironment({ HOME: home, MCP_INSPECTOR_SECRET_STORE: "memory" }),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
  });
  return untilEnd(child);
}
