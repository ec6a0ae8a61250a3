import { z } from "zod";
import { type CheckResult, failed, passed } from "./check-result.ts";
import { runTool } from "./run-tool.ts";

const program = "inspector/clients/launcher/build/index.js";

const answer = z.object({ result: z.record(z.string(), z.unknown()) });

export interface Inspection {
  /** The server's name in the client's configuration. */
  server: string;
  /** The client's configuration file, which says how the server is started. */
  config: string;
  /** A tool of the server that only reads and needs no arguments. */
  tool: string;
  /** As for `runTool`. */
  home: string;
}

/**
 * What the Inspector's command line says of a server. `--strict` refuses a tool whose schemas some client could not
 * use; the eras are those of the protocol, with the handshake of 2025 and without.
 */
export async function inspect({ server, config, tool, home }: Inspection): Promise<CheckResult[]> {
  const methods = [
    ["tools/list", "--strict"],
    ["tools/list", "--strict", "--protocol-era", "modern"],
    ["resources/list"],
    ["resources/templates/list"],
    ["prompts/list"],
    ["tools/call", "--tool-name", tool],
  ];
  const results: CheckResult[] = [];
  for (const [method = "", ...options] of methods) {
    const asked = ["--format", "json", "--method", method, ...options];
    const args = ["--cli", "--config", config, "--server", server, ...asked];
    const { code, stdout, stderr } = await runTool(program, args, home);
    const name = ["inspector", method, ...options].join(" ");
    results.push(code === 0 ? judge(name, stdout) : failed(name, `exit code ${code}: ${stderr}`));
  }
  return results;
}

/** A list must hold something, and a call must have worked: the exit code alone does not say so. */
function judge(name: string, stdout: string): CheckResult {
  const { result } = answer.parse(JSON.parse(stdout));
  if (result.isError === true) return failed(name, JSON.stringify(result.content));
  if (result.content !== undefined) return passed(name, "done");
  const [kind, list] = Object.entries(result).find(([, value]) => Array.isArray(value)) ?? [];
  if (!Array.isArray(list) || list.length === 0) return failed(name, `empty: ${stdout.slice(0, 500)}`);
  return passed(name, `${list.length} ${kind}`);
}
