import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { z } from "zod";
import { RingmainError } from "../core/errors.ts";

/** How an MCP client starts one server over stdio. */
export interface ClientServerEntry {
  command: string;
  args: string[];
  env: Record<string, string>;
}

// loose: whatever else the client keeps in its file is its own
const configSchema = z.looseObject({ mcpServers: z.record(z.string(), z.unknown()).optional() });

/** A client's configuration file as it stands. */
export interface ClientConfig {
  path: string;
  exists: boolean;
  /** All that stands in the file, in its order. */
  value: Record<string, unknown>;
  servers: Record<string, unknown>;
}

/**
 * Reads a client's configuration. A link is followed, so that the file it leads to is the one that is written.
 * Throws INPUT_INVALID when the file is there and is not the JSON it should be.
 */
export function readClientConfig(path: string): ClientConfig {
  if (!existsSync(path)) return { path, exists: false, value: {}, servers: {} };
  try {
    const text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
    const value: unknown = text.trim() === "" ? {} : JSON.parse(text);
    const { mcpServers = {} } = configSchema.parse(value);
    return { path: realpathSync(path), exists: true, value: { ...Object(value) }, servers: mcpServers };
  } catch (cause) {
    throw new RingmainError("INPUT_INVALID", `${path} is not a JSON file with an object "mcpServers".`, {
      hint: "Mend or move the file first; it was not changed.",
      cause,
    });
  }
}

/**
 * The name for a server of a workspace: the plain one, or one that ends with the workspace's own name when another
 * workspace has that already. Connecting a workspace again finds the names it has.
 */
export function entryName(config: ClientConfig, server: string, workspaceDir: string): string {
  const suffix = basename(workspaceDir)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  for (let count = 1; ; count += 1) {
    const name = [
      `ringmain-${server}`,
      ...(count > 1 ? [suffix] : []),
      ...(count > 2 ? [count - 1] : []),
    ].join("-");
    const owner = ownedEntry.safeParse(config.servers[name]).data?.env.RINGMAIN_WORKSPACE;
    if (config.servers[name] === undefined || owner === undefined || owner === workspaceDir) return name;
  }
}

const ownedEntry = z.looseObject({ env: z.looseObject({ RINGMAIN_WORKSPACE: z.string() }) });

/** The configuration with some servers set (an entry) or removed (undefined); the rest stays as it is, in its order. */
export function withServers(
  config: ClientConfig,
  servers: Readonly<Record<string, ClientServerEntry | undefined>>,
): Record<string, unknown> {
  const mcpServers = { ...config.servers };
  for (const [name, entry] of Object.entries(servers)) {
    if (entry === undefined) delete mcpServers[name];
    else mcpServers[name] = entry;
  }
  return { ...config.value, mcpServers };
}

/**
 * Replaces a configuration: a dated copy of the old file first, then the new one under another name, then the
 * rename, so that the file is whole at every instant. It holds a credential, so only its owner may read it, and
 * `makeValue`, which issues that credential, is called only once the new file could be made. Returns the path of
 * the copy, if there was a file. Throws INPUT_INVALID when the file cannot be written.
 */
export async function replaceClientConfig(
  { path, exists }: ClientConfig,
  makeValue: () => Promise<Record<string, unknown>>,
  now: Date,
): Promise<string | undefined> {
  const backup = exists ? `${path}.${now.toISOString().replaceAll(/[:.]/g, "-")}.bak` : undefined;
  const draft = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (backup !== undefined) copyFileSync(path, backup);
    writeFileSync(draft, "", { mode: 0o600 });
  } catch (cause) {
    throw new RingmainError("INPUT_INVALID", `${path} cannot be written.`, {
      hint: "Check that its folder is a folder in which this user may write; nothing was changed.",
      cause,
    });
  }
  try {
    writeFileSync(draft, `${JSON.stringify(await makeValue(), null, 2)}\n`);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  return backup;
}
