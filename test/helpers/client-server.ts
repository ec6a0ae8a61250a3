import { type CalledTool, type McpClient, officialClients, type ServerEntry } from "./mcp-clients.ts";
import { builtServer, type TestWorkspace } from "./workspace.ts";

/** A built server as a client's configuration starts it, with the environment that a test gives it. */
function serverEntry(
  name: string,
  { dir }: TestWorkspace,
  env: Readonly<Record<string, string>>,
): ServerEntry {
  return {
    command: process.execPath,
    args: [builtServer(name)],
    env: { RINGMAIN_WORKSPACE: dir, ...env },
  };
}

export function crmEntry(workspace: TestWorkspace, env: Readonly<Record<string, string>>): ServerEntry {
  return serverEntry("crm", workspace, env);
}

/** A client of the current SDK, connected to a server process of its own over stdio, with a credential. */
export function openServer(name: string, workspace: TestWorkspace, credential: string): Promise<McpClient> {
  return officialClients["@modelcontextprotocol/client 2.x"](
    serverEntry(name, workspace, { RINGMAIN_TOKEN: credential }),
  );
}

export function openCrm(workspace: TestWorkspace, credential: string): Promise<McpClient> {
  return openServer("crm", workspace, credential);
}

/** Makes a client's credential with the program itself. Returns the secret, which stdout shows and nothing else. */
export async function addClient(workspace: TestWorkspace, name: string, ...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await workspace.ringmain("clients", "add", name, ...more);
  if (code !== 0) throw new Error(`clients add ended with ${code}: ${stderr}`);
  return stdout.trim();
}

/** `ok`, or the code and the message with which a call was refused. */
export function answerOf({ isError, content }: CalledTool): string {
  if (isError !== true) return "ok";
  const [first]: { text?: string }[] = Array.isArray(content) ? content : [];
  return first?.text ?? "";
}

/** The newest entries, oldest first, as far as tests of who may call look at them. */
export function newestEntries(workspace: TestWorkspace, count: number): Record<string, unknown>[] {
  return workspace
    .query("SELECT body FROM audit_entry ORDER BY seq DESC LIMIT ?", count)
    .map(({ body }): Record<string, unknown> => JSON.parse(String(body)))
    .reverse();
}

/** Calls a tool again and again until it is told to stop. Returns the answers. */
export function callOnAndOn(client: McpClient): {
  /** The first answer is there. */
  answered: Promise<void>;
  /** One was refused. */
  refused: Promise<void>;
  stop(): Promise<string[]>;
} {
  const answers: string[] = [];
  const answered = Promise.withResolvers<void>();
  const refused = Promise.withResolvers<void>();
  let going = true;
  const ended = (async () => {
    while (going) {
      const answer = answerOf(await client.callTool("list_owners"));
      answers.push(answer);
      answered.resolve();
      if (answer !== "ok") refused.resolve();
    }
    return answers;
  })();
  ended.catch((error) => {
    answered.reject(error);
    refused.reject(error);
  });
  return {
    answered: answered.promise,
    refused: refused.promise,
    stop() {
      going = false;
      return ended;
    },
  };
}
