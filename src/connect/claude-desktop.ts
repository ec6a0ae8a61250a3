import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What of the machine decides where a client keeps its configuration. */
export interface Machine {
  platform: NodeJS.Platform;
  environment: NodeJS.ProcessEnv;
  home: string;
}

/**
 * Where Claude Desktop keeps its configuration (modelcontextprotocol.io, "Connect to local MCP servers"). The
 * builds of the Windows Store redirect it into their package's folder.
 */
export function claudeDesktopConfigPath({ platform, environment, home }: Machine): string {
  const file = "claude_desktop_config.json";
  if (platform === "darwin") return join(home, "Library", "Application Support", "Claude", file);
  if (platform === "win32") {
    const packages = join(environment.LOCALAPPDATA ?? join(home, "AppData", "Local"), "Packages");
    const store = existsSync(packages)
      ? readdirSync(packages).find((name) => name.startsWith("Claude_"))
      : undefined;
    if (store !== undefined) return join(packages, store, "LocalCache", "Roaming", "Claude", file);
    return join(environment.APPDATA ?? join(home, "AppData", "Roaming"), "Claude", file);
  }
  return join(environment.XDG_CONFIG_HOME ?? join(home, ".config"), "Claude", file);
}
