/** How to start one server of the workspace. */
export interface ServerSpec {
  /** As the workspace names it; the part before the dot of `server.tool`. */
  name: string;
  command: string;
  args: readonly string[];
  /** What the server gets on top of the allow-listed environment. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Defaults to the host's. */
  cwd?: string | undefined;
  /** How long a call may take, unless the call says otherwise. */
  timeoutMs?: number | undefined;
}

/** What a server may see of the host's environment: nothing that could be a secret. */
const inherited = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "NODE_EXTRA_CA_CERTS",
  "NODE_COMPILE_CACHE",
];

/** The whole environment of a server: the allow-listed part of the host's, and the spec's own. */
export function serverEnvironment(spec: ServerSpec, host: NodeJS.ProcessEnv): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inherited) {
    const value = host[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...spec.env };
}
