import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { RingmainError } from "../core/errors.ts";

/** How an MCP client starts one server over stdio. */
export interface ClientServerEntry {
  command: string;
  args: string[];
  env: Record<string, string>;
}

// loose: whatever else the client keeps in its file stays as it is
const configSchema = z.looseObject({ mcpServers: z.record(z.string(), z.unknown()).default({}) });

/** A client's configuration file as it stands. */
export interface ClientConfig {
  path: string;
  exists: boolean;
  value: z.infer<typeof configSchema>;
}

/** Reads a client's configuration. Throws INPUT_INVALID when the file is there and is not the JSON it should be. */
export function readClientConfig(path: string): ClientConfig {
  if (!existsSync(path)) return { path, exists: false, value: { mcpServers: {} } };
  try {
    const text = readFileSync(path, "utf8");
    return { path, exists: true, value: configSchema.parse(text.trim() === "" ? {} : JSON.parse(text)) };
  } catch (cause) {
    throw new RingmainError("INPUT_INVALID", `${path} is not a JSON file with an object "mcpServers".`, {
      hint: "Mend or move the file first; it was not changed.",
      cause,
    });
  }
}

/** The configuration with some servers set (an entry) or removed (undefined); the others stay as they are. */
export function withServers(
  config: ClientConfig,
  servers: Readonly<Record<string, ClientServerEntry | undefined>>,
): ClientConfig["value"] {
  const mcpServers = { ...config.value.mcpServers };
  for (const [name, entry] of Object.entries(servers)) {
    if (entry === undefined) delete mcpServers[name];
    else mcpServers[name] = entry;
  }
  return { ...config.value, mcpServers };
}

/**
 * Writes a configuration: a dated copy of the old file first, then the new one under another name, then the
 * rename, so that the file is whole at every instant. It holds a credential, so only its owner may read it.
 * Returns the path of the copy, if there was a file.
 */
export function writeClientConfig(
  config: ClientConfig,
  value: ClientConfig["value"],
  now: Date,
): string | undefined {
  const { path, exists } = config;
  mkdirSync(dirname(path), { recursive: true });
  const backup = exists ? `${path}.${now.toISOString().replaceAll(/[:.]/g, "-")}.bak` : undefined;
  if (backup !== undefined) copyFileSync(path, backup);
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
  return backup;
}
